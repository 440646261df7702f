"""Drills, for people."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from voicectl.drill.aws import NotRehearsed, Way, notifications
from voicectl.drill.listing import Line, Standing
from voicectl.drill.rehearsals import Rehearsal, Restored
from voicectl.drill.runbook import steps_of

STYLES: Final = {
    Standing.GOOD: "green",
    Standing.OLD: "bold yellow",
    Standing.NEVER: "bold red",
    Standing.QUIET: "dim",
}
PLAIN_WIDTH: Final = 170  # columns in a pipe


def print_lines(lines: Sequence[Line], restored: Restored | None, *, today_days: int | None) -> None:
    """Print every alarm with its last rehearsal, and the last restore.

    Args:
        today_days: How many days ago that was.
    """
    table = Table(box=None, pad_edge=False, show_header=False)
    for line in lines:
        table.add_row(Text(line.standing, style=STYLES[line.standing]), line.alarm, *_last(line))
    console().print(table)
    counts = Counter(line.standing for line in lines)
    console().print(", ".join(f"{counts[standing]} {standing}" for standing in Standing if counts[standing]))
    told = f"{restored.on:%Y-%m-%d} by {restored.by}, {today_days} days ago" if restored else "never"
    console().print(f"restored: {told}")


def question(ready: Sequence[Way], *, environment: str, account: str) -> str:
    """What somebody says yes to."""
    regions = ", ".join(sorted({way.placed.region for way in ready}))
    told = ", ".join(f"{person} gets {count}" for person, count in sorted(notifications(ready).items()))
    return (
        f"{len(ready)} alarms of {environment} go on in account {account}, {regions}, one after the other. "
        f"Messages: {told or 'none'}. Go on?"
    )


def print_outcome(outcome: Rehearsal | NotRehearsed) -> None:
    """Print what became of one alarm."""
    if isinstance(outcome, Rehearsal):
        line = Text(f"{outcome.alarm}: noticed after {outcome.noticed_seconds:g} s; {outcome.result}", style="green")
    else:
        line = Text(f"{outcome.alarm}: not rehearsed; {outcome.why}", style="bold red" if outcome.needed else "dim")
    console().print(line)


def print_steps(runbooks: Sequence[str]) -> None:
    """Print what leads out: one page's steps, or the paths of several pages."""
    known = list(dict.fromkeys(runbooks))
    console().print(Text(f"\nThen: {', '.join(known)}"))
    if len(known) == 1:
        console().print(Text(f"\n{steps_of(known[0])}"), soft_wrap=True)


def print_backup(lines: Sequence[Mapping[str, Any]], restored: Restored) -> None:
    """Print what a comparison in the network said, table by table."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for line in lines:
        wrong = line["said"] or (f"{line['missing']:,} rows are missing or not as they were" if line["missing"] else "")
        state = Text(wrong or "all there", style="bold red" if wrong else "green")
        table.add_row(line["table"], f"{line['rows']:,} rows", f"{line['asked']:,} unchanged since", state)
    console().print(table)
    console().print(f"{restored.source}: {restored.tables} tables, {restored.rows:,} rows in {restored.seconds:g} s")


def console() -> Console:
    """A terminal, or a wide page for a pipe."""
    made = Console()
    return made if made.is_terminal else Console(width=PLAIN_WIDTH)


def _last(line: Line) -> tuple[str, str]:
    if line.last is None:
        return "", ""
    over = "" if line.last.over_seconds is None else f", over after {line.last.over_seconds:g} s"
    when = f"{line.last.on:%Y-%m-%d} by {line.last.by}, {line.age_days} days ago"
    return when, f"{line.last.how}: noticed after {line.last.noticed_seconds:g} s{over}; {line.last.result}"
