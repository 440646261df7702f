"""A rehearsal on this machine: cause it, wait until it is noticed, work through the page, wait until it is over."""

import fcntl
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from rich.console import Console

from voicectl.alarms.definition import MetricAlarm
from voicectl.alarms.states import State
from voicectl.alarms.watch import Seen
from voicectl.drill.errors import AnotherUnderWay, NotCaused, NotNoticed, NotOver
from voicectl.drill.laptop.observer import Observer
from voicectl.drill.laptop.page import Page, read_page
from voicectl.drill.laptop.scenarios import Scenario
from voicectl.drill.laptop.stage import Stage, with_commands
from voicectl.up.environments import PREFIX

MORE_MINUTES: Final = 3  # before the alarm's own: what is missing is looked for further back, and a look takes its time
BY_HAND_SECONDS: Final = 3600.0
BLOCK_SECONDS: Final = 300
LOCK: Final = "drill.lock"  # in the state folder


class Rehearsed(NamedTuple):
    """How it went.

    Attributes:
        noticed_seconds: From the cause to the alarm.
        over_seconds: From the alarm to its end.
        also: Names of other alarms that told people meanwhile.
    """

    alarm: str
    noticed_seconds: float
    over_seconds: float
    also: tuple[str, ...]


def rehearse(folder: Path, scenario: Scenario, *, by_hand: bool, console: Console) -> Rehearsed:
    """Do all of it on the platform that runs from a state folder; what was caused is undone in any case.

    Args:
        by_hand: A person works through the page; otherwise its commands for a laptop are run as they stand there.

    Raises:
        AnotherUnderWay: Somebody else rehearses here.
        NotCaused: The platform is not such that it could go wrong this way.
        NotNoticed: The alarm did not go on in time.
        NotOver: The page's actions did not end it.
        NotRunning: The platform does not run, or stopped.
    """
    with _alone(folder):
        return _Rehearsal(folder, scenario, by_hand=by_hand, console=console).run()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two at once would each take the other's doing for a fault of the page."""
    with (folder / LOCK).open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherUnderWay("another drill is under way on this platform; come again when it is over") from None
        yield


class _Rehearsal:
    def __init__(self, folder: Path, scenario: Scenario, *, by_hand: bool, console: Console) -> None:
        self._folder, self._scenario, self._by_hand, self._console = folder, scenario, by_hand, console
        self._stage = Stage(folder)
        self._minute = 60 / self._stage.running.speed
        self._observer = Observer(folder, f"{PREFIX}-{scenario.alarm}")
        self._alarm = self._observer.alarm
        self._patience = self._minute * (self._observer.minutes + MORE_MINUTES) + scenario.slack_seconds

    def run(self) -> Rehearsed:
        before, state = self._observer.others(), self._observer.seen().state
        if state != State.OK:
            raise NotCaused(
                f"{self._alarm.name} is {state} before anything was done; `voicectl alarms --all` says more"
            )
        page = read_page(self._alarm.runbook)
        self._say(f"[bold]{page.title}[/]: {self._scenario.story}")
        threshold = self._alarm.threshold if isinstance(self._alarm, MetricAlarm) else None
        began = time.time()
        with self._scenario.cause(Stage(self._folder, threshold=threshold)) as told:
            noticed = self._noticed()
            self._say(
                f"[red]ALARM[/] {noticed.name} after {noticed.since - began:.1f} s; a minute takes {self._minute:g} s"
            )
            also = self._observer.others() - before
            over = self._ended(page, told)
        self._say(f"[green]OK[/] {noticed.name} after {over.since - noticed.since:.1f} s more")
        return Rehearsed(noticed.name, noticed.since - began, over.since - noticed.since, tuple(sorted(also)))

    def _noticed(self) -> Seen:
        seen = self._observer.wait(State.ALARM, seconds=self._patience)
        if seen is None:
            waited = f"{self._patience:.0f} s after it was caused"
            raise NotNoticed(f"{self._alarm.name} is not on {waited}; `voicectl alarms --all` says how it is")
        return seen

    def _ended(self, page: Page, told: Mapping[str, str]) -> Seen:
        """Have the page's commands done, and wait: what was measured before the last of them says nothing of it."""
        self._say(f"[bold]{self._alarm.runbook}[/]")
        if self._by_hand and told:
            self._say(f"with {', '.join(f'{name}={value}' for name, value in told.items())}")
        self._do("Checks", page.checks, told)
        if not self._by_hand and self._observer.seen().state != State.ALARM:
            raise NotNoticed(f"{self._alarm.name} went off before anything was done: whatever ended it is not the page")
        self._do("Actions", page.actions, told)
        seconds = BY_HAND_SECONDS if self._by_hand else self._patience
        seen = self._observer.wait(State.OK, seconds=seconds, after=time.time() + self._minute)
        if seen is None:
            raise NotOver(f"{self._alarm.name} is still on after the actions of {self._alarm.runbook}; mend the page")
        return seen

    def _do(self, section: str, commands: str, told: Mapping[str, str]) -> None:
        self._say(f"[bold]{section}[/]")
        self._console.print(commands or "none on a laptop\n", markup=False, highlight=False, style="dim")
        if commands and not self._by_hand:
            self._console.print(self._shell(commands, told), markup=False, highlight=False, soft_wrap=True)

    def _shell(self, commands: str, told: Mapping[str, str]) -> str:
        """Run a page's commands; a check that says "unwell" ends with 1, and is right to."""
        return subprocess.run(
            [str(shutil.which("bash")), "-u"],
            input=commands,
            env={**with_commands(self._folder), **told},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=BLOCK_SECONDS,
            check=False,
        ).stdout

    def _say(self, line: str) -> None:
        self._console.print(line, highlight=False, soft_wrap=True)
