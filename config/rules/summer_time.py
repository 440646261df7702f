"""Does every scheduled moment exist on the clock, also in the night when summer time begins?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from config.faults import Fault, conflict
from config.rules.schedule import ALWAYS_KNOWN, MINUTES_OF_DAY, end_minutes, minutes, time_zones
from config.schema import Environment
from config.sections.schedule import Window
from config.tiers import windows
from config.words import KeyPath

FIRST_YEAR, LAST_YEAR = 2026, 2035
SATURDAY: Final = 5


@dataclass(frozen=True)
class Gap:
    """Minutes of one day that its clock leaves out: from `start` on, before `end`."""

    day: date
    start: int
    end: int


def moments_exist(environment: Environment) -> Iterator[Fault]:
    """No window starts, with its lead or without, or ends at a minute that some day does not have."""
    if environment.schedule.time_zone not in time_zones():
        return
    for path, window in windows(environment):
        for field, moment in _moments(window, lead=environment.schedule.lead_minutes):
            if gap := _gap_at(moment, environment=environment, day=str(path[1])):
                yield _fault((*path, field), moment=moment, gap=gap, zone=environment.schedule.time_zone)
                break


def _moments(window: Window, *, lead: int) -> tuple[tuple[str, int], ...]:
    """When its actions run; one that takes tasks away has no lead."""
    starts = minutes(window.starts)
    return ("starts", starts - lead), ("starts", starts), ("ends", end_minutes(window))


def _gap_at(moment: int, *, environment: Environment, day: str) -> Gap | None:
    """Answer the first gap that a moment of a weekday or weekend falls into."""
    days, minute = divmod(moment, MINUTES_OF_DAY)  # a lead may begin the day before, and 24:00 is the next day
    for gap in gaps(environment.schedule.time_zone):
        window_day = gap.day - timedelta(days=days)
        is_weekend = window_day.weekday() >= SATURDAY or window_day in environment.schedule.holidays
        if gap.start <= minute < gap.end and is_weekend == (day == "weekend"):
            return gap
    return None


@cache
def gaps(zone: str) -> tuple[Gap, ...]:
    """Answer the gaps of a time zone's clock, 2026 to 2035."""
    if zone == ALWAYS_KNOWN:
        return ()
    clock = ZoneInfo(zone)
    instant, last = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC)
    found = []
    while instant < last:
        after = instant + timedelta(days=1)
        if _offset(after, clock) > _offset(instant, clock):
            found.append(_gap_between(instant, after, clock=clock))
        instant = after
    return tuple(found)


def _gap_between(before: datetime, after: datetime, *, clock: ZoneInfo) -> Gap:
    """Narrow a change of the clock down to its minute."""
    old = _offset(before, clock)
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        middle = middle.replace(second=0, microsecond=0)
        before, after = (middle, after) if _offset(middle, clock) == old else (before, middle)
    left = (after + old).replace(tzinfo=None)
    start = left.hour * 60 + left.minute
    return Gap(day=left.date(), start=start, end=start + int((_offset(after, clock) - old).total_seconds()) // 60)


def _offset(instant: datetime, clock: ZoneInfo) -> timedelta:
    return instant.astimezone(clock).utcoffset() or timedelta(0)


def _fault(path: KeyPath, *, moment: int, gap: Gap, zone: str) -> Fault:
    return conflict(
        path,
        "schedule.lead_minutes",
        allowed=(
            f"the window's tasks change at {_clock(moment)}, which {gap.day} does not have in {zone}: "
            f"summer time leaves out {_clock(gap.start)} to {_clock(gap.end)}"
        ),
        remedy=f"move it, with its lead, to {_clock(gap.end)} or later, or before {_clock(gap.start)}",
    )


def _clock(minute: int) -> str:
    hour, rest = divmod(minute % MINUTES_OF_DAY, 60)
    return f"{hour:02}:{rest:02}"
