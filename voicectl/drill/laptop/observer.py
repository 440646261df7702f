"""One alarm of the platform that runs here, as its stand-in for CloudWatch sees it."""

import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import Final

from voicectl.alarms.definition import Alarm, CompositeAlarm
from voicectl.alarms.kept import kept
from voicectl.alarms.states import State
from voicectl.alarms.watch import ALARMS, ALARMS_SEEN, Look, Seen
from voicectl.drill.errors import NotCaused

POLL_SECONDS: Final = 0.2


class Observer:
    """Watches one alarm.

    Attributes:
        alarm: As the template defines it.
        minutes: How many of the alarms' minutes it takes at the least to go on.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """Find it.

        Raises:
            NotCaused: The alarms of this platform are not known yet, or it is none of them.
        """
        self._seen_file = folder / ALARMS_SEEN
        known = {each.name: each for each in kept(folder / ALARMS)}
        if name not in known or not self._seen_file.exists():
            raise NotCaused(f"{name} is not evaluated yet; wait for the process `alarms` of `voicectl status`")
        self.alarm = known[name]
        self.minutes = _minutes(self.alarm, known)

    def look(self) -> Look:
        """All alarms, as of the latest look at them."""
        return Look.model_validate_json(self._seen_file.read_bytes())

    def seen(self) -> Seen:
        """This one."""
        return next(each for each in self.look().alarms if each.name == self.alarm.name)

    def others(self) -> set[str]:
        """Names of those besides it that are on and tell people."""
        return {each.name for each in self.look().ringing} - {self.alarm.name}

    def wait(self, state: State, *, seconds: float, after: float = 0) -> Seen | None:
        """Wait until it is so in a look after a moment; None where it does not become so in time.

        Args:
            after: In seconds since 1970.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            look = self.look()
            seen = next(each for each in look.alarms if each.name == self.alarm.name)
            if seen.state == state and look.at >= after:
                return seen
            Event().wait(POLL_SECONDS)
        return None


def _minutes(alarm: Alarm, known: Mapping[str, Alarm]) -> int:
    """A composite one waits for the slowest of its parts."""
    if isinstance(alarm, CompositeAlarm):
        return max(_minutes(each, known) for each in known.values() if f'"{each.name}"' in alarm.expression)
    return alarm.periods * alarm.period_seconds // 60
