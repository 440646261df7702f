"""The doctor's findings, for people."""

from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from voicectl.doctor.finding import Finding, Verdict

SIGNS: Final = {Verdict.GOOD: ("✔", "green"), Verdict.MISSING: ("✖", "bold red"), Verdict.OPTIONAL: ("○", "yellow")}
PLAIN_WIDTH: Final = 200  # columns in a pipe


def print_findings(findings: Iterable[Finding]) -> None:
    """Print one line each: ✔ there, ✖ missing, ○ missing and not needed for a call."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for finding in findings:
        sign, style = SIGNS[finding.verdict]
        table.add_row(Text(sign, style=style), finding.name, Text(finding.found), Text(finding.fix, style="dim"))
    console = Console()
    (console if console.is_terminal else Console(width=PLAIN_WIDTH)).print(table)
