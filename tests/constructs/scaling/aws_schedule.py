"""What Application Auto Scaling does with scheduled actions: the last one that fired stays in force.

Reads the actions as a template holds them and knows nothing of how they were made.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Bounds = tuple[int, int]

MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_NAMES = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
CRON = re.compile(r"cron\((?P<minute>\d+) (?P<hour>\d+) \? \* (?P<days>\S+) \*\)")
AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d):00\)")


@dataclass(frozen=True, order=True)
class Firing:
    """One action at one minute.

    Attributes:
        minute: Since 1970, UTC.
    """

    minute: int
    name: str
    bounds: Bounds
    recurs: bool


def firings(actions: Iterable[Mapping[str, Any]], *, first: date, last: date) -> list[Firing]:
    """Answer every firing from one local day to another, in order."""
    return sorted(firing for action in actions for firing in _firings(action, first, last))


def in_force(fired: Iterable[Firing], *, begin: int, end: int) -> list[Bounds]:
    """Answer the bounds of each minute; something must have fired before the first."""
    bounds: list[Bounds] = []
    current: Bounds | None = None
    for firing in [*fired, Firing(end, "", (0, 0), recurs=False)]:
        reached = min(max(firing.minute, begin), end)
        if reached > begin + len(bounds):
            assert current, "nothing fired before the first minute"
            bounds += [current] * (reached - begin - len(bounds))
        current = firing.bounds
    return bounds


def minute_of(local: datetime, zone: ZoneInfo) -> int | None:
    """Answer the minute since 1970 of a local time, the first when it comes twice, None when it never comes."""
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    exists = moment.astimezone(zone).replace(tzinfo=None) == local
    return (moment - EPOCH) // MINUTE if exists else None


def _firings(action: Mapping[str, Any], first: date, last: date) -> Iterator[Firing]:
    limits, zone = action["ScalableTargetAction"], ZoneInfo(action["Timezone"])
    recurs = action["Schedule"].startswith("cron")
    for local in _cron_times(action["Schedule"], first, last) if recurs else _at_times(action["Schedule"]):
        minute = minute_of(local, zone)
        if minute is not None:
            bounds = (limits["MinCapacity"], limits["MaxCapacity"])
            yield Firing(minute, action["ScheduledActionName"], bounds, recurs)


def _at_times(expression: str) -> Iterator[datetime]:
    match = AT.fullmatch(expression)
    assert match, expression
    yield datetime.fromisoformat(match[1])


def _cron_times(expression: str, first: date, last: date) -> Iterator[datetime]:
    match = CRON.fullmatch(expression)
    assert match, expression
    days = set(_days(match["days"]))
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if DAY_NAMES[day.isoweekday() % 7] in days:
            yield datetime(day.year, day.month, day.day, int(match["hour"]), int(match["minute"]))


def _days(field: str) -> Iterator[str]:
    if field == "*":
        yield from DAY_NAMES
        return
    for part in field.split(","):
        begin, _, end = part.partition("-")
        yield from DAY_NAMES[DAY_NAMES.index(begin) : DAY_NAMES.index(end or begin) + 1]
