"""A rehearsal on this machine: cause it, wait until it is noticed, work through the page, wait until it is over."""

import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import Final, NamedTuple

from rich.console import Console

from voicectl.alarms.definition import Alarm, CompositeAlarm, MetricAlarm
from voicectl.alarms.kept import kept
from voicectl.alarms.states import State
from voicectl.alarms.watch import ALARMS, ALARMS_SEEN, Look, Seen
from voicectl.drill.errors import NotCaused, NotNoticed, NotOver
from voicectl.drill.laptop.page import SECTIONS, Page, read_page
from voicectl.drill.laptop.scenarios import SCENARIOS, Scenario
from voicectl.drill.laptop.stage import Stage, with_commands
from voicectl.up.environments import PREFIX

POLL_SECONDS: Final = 0.2
MORE_PERIODS: Final = 3  # before the alarm's own: what is missing is looked for further back, and a look takes its time
BY_HAND_SECONDS: Final = 3600.0
BLOCK_SECONDS: Final = 300


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
        NotCaused: The platform is not such that it could go wrong this way.
        NotNoticed: The alarm did not go on in time.
        NotOver: The page's actions did not end it.
        NotRunning: The platform does not run, or stopped.
    """
    return _Rehearsal(folder, scenario, console).run(by_hand=by_hand)


class _Rehearsal:
    def __init__(self, folder: Path, scenario: Scenario, console: Console) -> None:
        self._folder, self._scenario, self._console = folder, scenario, console
        self._name = f"{PREFIX}-{scenario.alarm}"
        self._alarms = {each.name: each for each in kept(folder / ALARMS)}

    def run(self, *, by_hand: bool) -> Rehearsed:
        alarm = self._alarm()
        stage = Stage(self._folder, threshold=alarm.threshold if isinstance(alarm, MetricAlarm) else None)
        minute = 60 / stage.running.speed
        patience = minute * (_periods(alarm, self._alarms) + MORE_PERIODS) + self._scenario.slack_seconds
        page = read_page(alarm.runbook)
        ringing = {each.name for each in self._look().ringing}
        self._console.print(f"[bold]{page.title}[/]: {self._scenario.story}")
        began = time.time()
        with self._scenario.cause(stage) as told:
            seen = self._wait(State.ALARM, seconds=patience)
            if seen is None:
                raise NotNoticed(
                    f"{self._name} is not on {patience:.0f} s after it was caused; `voicectl alarms --all`"
                )
            noticed = seen.since - began
            self._console.print(f"[red]ALARM[/] {self._name} after {noticed:.1f} s, of a minute in {minute:g} s")
            also = {each.name for each in self._look().ringing} - ringing - {self._name}
            over = self._ended(alarm, page, told, by_hand=by_hand, patience=patience, since=seen.since)
        self._console.print(f"[green]OK[/] {self._name} after {over:.1f} s more")
        return Rehearsed(self._name, noticed, over, tuple(sorted(also)))

    def _alarm(self) -> Alarm:
        alarm = self._alarms.get(self._name)
        if alarm is None:
            raise NotCaused("the alarms are not known yet; wait for the process `alarms` of `voicectl status`")
        state = self._seen().state
        if state != State.OK:
            raise NotCaused(f"{self._name} is {state} before anything was done; `voicectl alarms --all` says more")
        return alarm

    def _ended(
        self, alarm: Alarm, page: Page, told: Mapping[str, str], *, by_hand: bool, patience: float, since: float
    ) -> float:
        """Have the page's commands done, and wait; answer how long it took from the alarm on."""
        self._console.print(f"[bold]{alarm.runbook}[/]")
        for section in SECTIONS:
            self._do(section, page.steps[section], told, by_hand=by_hand)
        seen = self._wait(State.OK, seconds=BY_HAND_SECONDS if by_hand else patience)
        if seen is None:
            raise NotOver(
                f"{self._name} is still on after the actions of {alarm.runbook}; mend the page, or what it does"
            )
        return seen.since - since

    def _do(self, section: str, commands: str, told: Mapping[str, str], *, by_hand: bool) -> None:
        self._console.print(f"[bold]{section}[/]{_named(told) if by_hand else ''}")
        self._console.print(commands or "nothing on a laptop", markup=False, highlight=False, style="dim")
        if commands and not by_hand:
            self._shell(commands, told)

    def _shell(self, commands: str, told: Mapping[str, str]) -> None:
        """A check that says "unwell" ends with 1, and is right to: what counts is whether it is over."""
        ran = subprocess.run(
            [str(shutil.which("bash")), "-u"],
            input=commands,
            env={**with_commands(self._folder), **told},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=BLOCK_SECONDS,
            check=False,
        )
        self._console.print(ran.stdout, markup=False, highlight=False)

    def _wait(self, state: State, *, seconds: float) -> Seen | None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            seen = self._seen()
            if seen.state == state:
                return seen
            Event().wait(POLL_SECONDS)
        return None

    def _seen(self) -> Seen:
        found = next((each for each in self._look().alarms if each.name == self._name), None)
        if found is None:
            raise NotCaused("no alarm was evaluated yet; wait for the process `alarms` of `voicectl status`")
        return found

    def _look(self) -> Look:
        seen = self._folder / ALARMS_SEEN
        return Look.model_validate_json(seen.read_bytes()) if seen.exists() else Look(at=0, speed=1)


def scenario_of(alarms: list[Alarm]) -> Scenario | None:
    """Answer the first rehearsal that is about one of these alarms."""
    names = {each.name for each in alarms}
    return next((each for each in SCENARIOS if f"{PREFIX}-{each.alarm}" in names), None)


def _periods(alarm: Alarm, known: Mapping[str, Alarm]) -> int:
    """Of the alarms' minutes; a composite one waits for the slowest of its parts."""
    if isinstance(alarm, CompositeAlarm):
        parts = [each for each in known.values() if f'"{each.name}"' in alarm.expression]
        return max(_periods(each, known) for each in parts)
    return alarm.periods * alarm.period_seconds // 60


def _named(told: Mapping[str, str]) -> str:
    return f" (with {', '.join(f'{name}={value}' for name, value in told.items())})" if told else ""
