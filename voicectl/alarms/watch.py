"""The alarms of one environment over time: each look evaluates all, and remembers since when they are as they are."""

import math
from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from voicectl.alarms.definition import Alarm, CompositeAlarm, MetricAlarm
from voicectl.alarms.points import Points
from voicectl.alarms.states import State, combined, datapoints, evaluated

ALARMS: Final = "alarms.json"  # in the state folder: what they are
ALARMS_SEEN: Final = "alarms-seen.json"  # and how
NOT_MEASURED: Final = "NOT_MEASURED"


class Seen(BaseModel):
    """How one alarm is.

    Attributes:
        state: One of CloudWatch's three, or `NOT_MEASURED` while nobody has ever published what it watches.
        since: When it became so, in seconds since 1970.
        value: The latest datapoint that it looked at; None where it is missing, and for composite alarms.
        suppressed: It is on, and another one keeps it from telling anybody.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    state: str
    since: float
    meaning: str
    runbook: str
    tells: bool
    value: float | None = None
    threshold: float | None = None
    suppressed: bool = False


class Look(BaseModel):
    """All alarms at one moment.

    Attributes:
        at: Seconds since 1970.
        speed: Periods are shorter by so much.
    """

    model_config = ConfigDict(frozen=True)

    at: float
    speed: float = Field(gt=0)
    alarms: tuple[Seen, ...] = ()

    @property
    def ringing(self) -> tuple[Seen, ...]:
        """Those that are on and tell people."""
        return tuple(each for each in self.alarms if each.state == State.ALARM and each.tells and not each.suppressed)


class Watch:
    """Evaluates the same alarms again and again."""

    def __init__(self, alarms: Sequence[Alarm], *, speed: float = 1) -> None:
        """Nothing is known yet.

        Args:
            speed: Periods are shorter by so much: 60 makes a second of a minute.
        """
        self._alarms, self._speed = alarms, speed
        self._seen: dict[str, Seen] = {}

    @property
    def horizon_seconds(self) -> float:
        """How far back points matter."""
        spans = [each.period_seconds * (each.periods + 4) for each in self._alarms if isinstance(each, MetricAlarm)]
        return max(spans, default=0) / self._speed

    def look(self, points: Points, *, now: float) -> Look:
        """Evaluate all.

        Raises:
            ExpressionUnknown: A definition cannot be evaluated here.
        """
        for alarm in self._alarms:
            if isinstance(alarm, MetricAlarm):
                self._keep(self._metric(alarm, points, now=now), now=now)
        for alarm in self._alarms:
            if isinstance(alarm, CompositeAlarm):
                self._keep(self._composite(alarm, now=now), now=now)
        return Look(at=now, speed=self._speed, alarms=tuple(self._seen[alarm.name] for alarm in self._alarms))

    def _metric(self, alarm: MetricAlarm, points: Points, *, now: float) -> Seen:
        before = self._seen.get(alarm.name)
        about = {"threshold": alarm.threshold, **_about(alarm, now=now)}
        # Not by a point of the period that goes on: it is not looked at yet, and all before it would count as missing.
        period = alarm.period_seconds / self._speed
        over = math.floor(now / period) * period
        measured = any(points.has(query.metric, before=over) for query in alarm.queries if query.metric)
        if not measured and (before is None or before.state == NOT_MEASURED):
            return Seen(state=NOT_MEASURED, **about)
        known = State(before.state) if before and before.state != NOT_MEASURED else State.INSUFFICIENT_DATA
        state = evaluated(alarm, points, now=now, before=known, speed=self._speed)
        return Seen(state=state, value=datapoints(alarm, points, now=now, speed=self._speed)[-1], **about)

    def _composite(self, alarm: CompositeAlarm, *, now: float) -> Seen:
        states = {
            name: State.OK if seen.state == NOT_MEASURED else State(seen.state) for name, seen in self._seen.items()
        }
        state = combined(alarm, states)
        suppressed = state is State.ALARM and states.get(alarm.suppressor) is State.ALARM
        return Seen(state=state, suppressed=suppressed, **_about(alarm, now=now))

    def _keep(self, seen: Seen, *, now: float) -> None:
        before = self._seen.get(seen.name)
        since = before.since if before and before.state == seen.state else now
        self._seen[seen.name] = seen.model_copy(update={"since": since})


def _about(alarm: Alarm, *, now: float) -> dict[str, object]:
    return {
        "name": alarm.name,
        "since": now,
        "meaning": alarm.meaning,
        "runbook": alarm.runbook,
        "tells": alarm.tells,
    }
