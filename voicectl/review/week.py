"""A service's minimum over an ordinary week, from its scheduled actions as AWS would fire them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from voicectl.review.services import ScheduledAction, Service

DAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
DAY_MINUTES: Final = 24 * 60
WEEK_MINUTES: Final = 7 * DAY_MINUTES
HOURS: Final = 7 * 24
CRON: Final = re.compile(r"cron\((?P<minute>\d+) (?P<hour>\d+) \S+ \S+ (?P<days>\S+) \S+\)")


class UnreadableSchedule(ValueError):
    """A scheduled action that no week can be drawn from; catch it to name the service."""


@dataclass(frozen=True)
class Stretch:
    """A time of the week with the same bounds.

    Attributes:
        start: Minutes from Monday's midnight; `end` is not part of it.
    """

    start: int
    end: int
    low: int
    high: int


@dataclass(frozen=True)
class Week:
    """One service's bounds over a week without holidays."""

    service: str
    time_zone: str
    stretches: tuple[Stretch, ...]
    single_days: tuple[str, ...] = ()

    @property
    def average_low(self) -> float:
        """The minimum, on average over the week."""
        return sum(each.low * (each.end - each.start) for each in self.stretches) / WEEK_MINUTES

    def hours(self) -> list[int]:
        """The highest minimum in each hour of the week, Monday's first hour first."""
        lows = [0] * HOURS
        for each in self.stretches:
            for hour in range(each.start // 60, -(-each.end // 60)):
                lows[hour] = max(lows[hour], each.low)
        return lows


def week_of(service: Service) -> Week:
    """Answer a service's week; one that nothing schedules has the same bounds all the time.

    Raises:
        UnreadableSchedule: An action is neither a weekly cron nor a single date.
    """
    weekly = [action for action in service.schedule if not action.when.startswith("at(")]
    single = sorted({action.when[3:13] for action in service.schedule if action.when.startswith("at(")})
    if not weekly:
        return Week(service.label, "UTC", (Stretch(0, WEEK_MINUTES, service.low, service.high),), tuple(single))
    fired = [(minute, action) for action in weekly for minute in _minutes(action, service.label)]
    fired.sort(key=lambda each: each[0])
    return Week(service.label, weekly[0].time_zone, tuple(_stretches(fired)), tuple(single))


def _stretches(fired: Sequence[tuple[int, ScheduledAction]]) -> Iterator[Stretch]:
    """Before the week's first action its last one holds, as in every week before."""
    last = fired[-1][1]
    if fired[0][0]:
        yield Stretch(0, fired[0][0], last.low, last.high)
    ends = [*(minute for minute, _ in fired), WEEK_MINUTES]
    for (start, end), (_, action) in zip(pairwise(ends), fired, strict=True):
        if end > start:
            yield Stretch(start, end, action.low, action.high)


def _minutes(action: ScheduledAction, service: str) -> Iterator[int]:
    cron = CRON.fullmatch(action.when)
    if not cron:
        raise UnreadableSchedule(f"{service}: {action.name} is {action.when}; a week shows cron(minute hour … days …)")
    for day in _days(cron["days"]):
        yield day * DAY_MINUTES + int(cron["hour"]) * 60 + int(cron["minute"])


def _days(words: str) -> Iterator[int]:
    for word in words.split(","):
        first, _, last = word.partition("-")
        if first in ("*", "?"):
            yield from range(7)
        else:
            start, end = DAYS.index(first), DAYS.index(last or first)
            yield from (day % 7 for day in range(start, (end if end >= start else end + 7) + 1))
