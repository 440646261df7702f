"""Alarms for people."""

from collections import Counter
from datetime import UTC, datetime
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from voicectl.alarms.states import State
from voicectl.alarms.watch import NOT_MEASURED, Look, Seen

STYLES: Final = {State.ALARM: "bold red", State.OK: "green", State.INSUFFICIENT_DATA: "yellow", NOT_MEASURED: "dim"}
PLAIN_WIDTH: Final = 170  # columns in a pipe


def print_look(look: Look, *, every: bool) -> None:
    """Print those that are on, with what to read; all of them if asked."""
    console = Console()
    console = console if console.is_terminal else Console(width=PLAIN_WIDTH)
    shown = [alarm for alarm in look.alarms if every or alarm.state == State.ALARM]
    if shown:
        console.print(_table(shown, now=look.at))
    counts = Counter(alarm.state for alarm in look.alarms)
    told = ", ".join(f"{counts[state]} {state}" for state in STYLES if counts[state])
    speed = "" if look.speed == 1 else f"; a minute takes {60 / look.speed:g} s"
    console.print(f"{told} at {datetime.fromtimestamp(look.at, UTC):%H:%M:%S} UTC{speed}")


def _table(alarms: list[Seen], *, now: float) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for alarm in alarms:
        state = Text(alarm.state, style=STYLES[alarm.state])
        since = f"{max(0, now - alarm.since):.0f} s"
        table.add_row(state, alarm.name, since, f"{alarm.meaning}{_value(alarm)}", Text(alarm.runbook, style="dim"))
    return table


def _value(alarm: Seen) -> str:
    told = "" if alarm.value is None or alarm.threshold is None else f" ({alarm.value:g}; {alarm.threshold:g})"
    return f"{told}{', told by another alarm' if alarm.suppressed or not alarm.tells else ''}"
