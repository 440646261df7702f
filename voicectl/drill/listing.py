"""Every alarm with its last rehearsal, and whether that still says anything."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from voicectl.alarms.definition import Alarm
from voicectl.drill.rehearsals import Drills, Rehearsal


class Standing(StrEnum):
    """How it stands with the rehearsal of one alarm."""

    GOOD = "good"
    OLD = "old"
    NEVER = "never"
    QUIET = "tells nobody"


class Line(NamedTuple):
    """One alarm.

    Attributes:
        age_days: Whole days since its last rehearsal; None without one.
    """

    alarm: str
    rule: str
    runbook: str
    standing: Standing
    age_days: int | None
    last: Rehearsal | None

    @property
    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {**self._asdict(), "last": self.last.model_dump(mode="json") if self.last else None}


def lines(alarms: Sequence[Alarm], drills: Drills, *, now: datetime) -> list[Line]:
    """Answer them in the order of the alarms."""
    known = drills.by_alarm
    return [_line(alarm, known.get(alarm.name), now=now) for alarm in alarms]


def _line(alarm: Alarm, last: Rehearsal | None, *, now: datetime) -> Line:
    age_days = (now - last.on).days if last else None
    return Line(alarm.name, alarm.rule, alarm.runbook, _standing(alarm, last, now=now), age_days, last)


def _standing(alarm: Alarm, last: Rehearsal | None, *, now: datetime) -> Standing:
    if last is not None:
        return Standing.GOOD if last.is_good(now) else Standing.OLD
    return Standing.NEVER if alarm.tells else Standing.QUIET
