"""What a person, a pipe or a program sees while the platform runs."""

import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from voicectl.up.process import Status
from voicectl.up.runner import Runner
from voicectl.up.state import Addresses

COLOURS: Final = {
    Status.WAITING: "dim",
    Status.STARTING: "cyan",
    Status.READY: "green",
    Status.DONE: "green",
    Status.UNWELL: "bold yellow",
    Status.RESTARTING: "bold yellow",
    Status.LEFT_OUT: "dim",
    Status.STOPPING: "cyan",
    Status.STOPPED: "dim",
    Status.FAILED: "bold red",
}


class Screen(Protocol):
    """Where the news of a run go."""

    def begin(self, runners: Sequence[Runner]) -> None:
        """Show all processes; none has started yet."""

    def changed(self, runner: Runner) -> None:
        """Say that a process does something else now."""

    def green(self, seconds: float, addresses: Addresses) -> None:
        """Say that everything is up, and where."""

    def end(self, failed: Runner | None) -> None:
        """Show no more; say why, if a process was the reason."""


class LiveScreen:
    """One table, redrawn in place."""

    def __init__(self, console: Console) -> None:
        """Draw on a terminal."""
        self._console, self._runners, self._footer = console, list[Runner](), "starting; Ctrl-C stops everything"
        self._live = Live(console=console, get_renderable=self._draw, refresh_per_second=4, transient=True)

    def begin(self, runners: Sequence[Runner]) -> None:
        """Begin to draw."""
        self._runners = list(runners)
        self._live.start()

    def changed(self, runner: Runner) -> None:
        """Draw at once what is about to scroll by in a log only."""
        told_why = runner.status is Status.LEFT_OUT and runner.process.optional
        if told_why or runner.status in (Status.RESTARTING, Status.FAILED):
            self._live.console.print(_line(runner))

    def green(self, seconds: float, addresses: Addresses) -> None:
        """Say where things are."""
        self._footer = f"up in {seconds:.0f} s · {_where(addresses)} · Ctrl-C stops everything"

    def end(self, failed: Runner | None) -> None:
        """Leave the last picture, and the reason."""
        self._live.stop()
        self._console.print(self._draw())
        _explain(self._console, failed)

    def _draw(self) -> Group:
        table = Table(box=None, pad_edge=False, expand=True)
        for title in ("process", "status", "port", "restarts"):
            table.add_column(title, no_wrap=True)
        table.add_column("last line", no_wrap=True, ratio=1, overflow="ellipsis")
        for runner in self._runners:
            said = runner.detail or runner.log.last_line or runner.process.meaning
            table.add_row(
                runner.process.name,
                Text(runner.status, style=COLOURS[runner.status]),
                " ".join(map(str, runner.ports)),
                str(runner.deaths.count or ""),
                Text(said, style="" if runner.detail else "dim"),
            )
        return Group(table, Text(self._footer, style="dim"))


class PlainScreen:
    """One line for each change, for a pipe or a log."""

    def __init__(self, console: Console) -> None:
        """Write to it."""
        self._console = console

    def begin(self, runners: Sequence[Runner]) -> None:
        """Say how many there are."""
        self._console.print(f"starting {len(runners)} processes", highlight=False)

    def changed(self, runner: Runner) -> None:
        """Say it."""
        self._console.print(_line(runner), soft_wrap=True)

    def green(self, seconds: float, addresses: Addresses) -> None:
        """Say where things are."""
        self._console.print(f"up in {seconds:.0f} s · {_where(addresses)}", highlight=False, soft_wrap=True)

    def end(self, failed: Runner | None) -> None:
        """Say why it ended, if a process was the reason."""
        _explain(self._console, failed)


class JsonScreen:
    """One JSON object for each change, for programs."""

    def begin(self, runners: Sequence[Runner]) -> None:
        """Say what there will be."""
        self._say(event="begin", processes=[each.process.name for each in runners])

    def changed(self, runner: Runner) -> None:
        """Say it."""
        self._say(event="process", process=runner.process.name, status=runner.status, detail=runner.detail)

    def green(self, seconds: float, addresses: Addresses) -> None:
        """Say that everything is up, and where."""
        self._say(event="green", seconds=round(seconds, 1), addresses=addresses.model_dump())

    def end(self, failed: Runner | None) -> None:
        """Say why it ended, if a process was the reason."""
        if failed:
            self._say(event="failed", process=failed.process.name, log=failed.log.last_lines())
        self._say(event="end")

    def _say(self, **what: object) -> None:
        line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **what})
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


class Stopwatch:
    """How long it took, for the screen only."""

    def __init__(self) -> None:
        """Begin now."""
        self._began = time.monotonic()

    def seconds(self) -> float:
        """Answer the time since."""
        return time.monotonic() - self._began


def choose_screen(*, as_json: bool, plain: bool) -> Screen:
    """Take the table on a terminal, lines otherwise."""
    console = Console()
    if as_json:
        return JsonScreen()
    return PlainScreen(console) if plain or not console.is_terminal else LiveScreen(console)


def _where(addresses: Addresses) -> str:
    shown = {"page": addresses.page, "API": addresses.api, "LiveKit": addresses.livekit}
    return " · ".join(f"{name} {address}" for name, address in shown.items() if address)


def _line(runner: Runner) -> Text:
    line = Text(f"{runner.process.name}: ").append(runner.status, style=COLOURS[runner.status])
    return line.append(f" {runner.detail}" if runner.detail else "")


def _explain(console: Console, failed: Runner | None) -> None:
    if failed:
        console.print(f"{failed.process.name} {failed.detail}, for the last time; its log ends:", highlight=False)
        for line in failed.log.last_lines():
            console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
        console.print(f"all of it: {failed.log.path}", highlight=False, soft_wrap=True)
