"""The answers, for people."""

from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from voicectl.golive.answer import Answer, Verdict

STYLES: Final = {Verdict.PASS: "green", Verdict.FAIL: "bold red", Verdict.NEEDS_HUMAN: "yellow"}
PLAIN_WIDTH: Final = 170  # columns in a pipe


def print_answers(answers: Iterable[Answer]) -> None:
    """Print the verdict, the question and what was found; what is to do on a line of its own."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for answer in answers:
        table.add_row(Text(answer.verdict, style=STYLES[answer.verdict]), answer.item, f"{answer.asks} {answer.found}")
        if answer.todo:
            table.add_row("", "", Text(f"→ {answer.todo}", style="dim"))
    console = Console()
    (console if console.is_terminal else Console(width=PLAIN_WIDTH)).print(table)
