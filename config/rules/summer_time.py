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
from config.tiers import windows
from config.words import KeyPath, show_value

FIRST_YEAR, LAST_YEAR = 2026, 2035
SATURDAY: Final = 5


@dataclass(frozen=True)
class Gap:
    """Minutes of one day that its clock leaves out: from `start` on, before `end`."""

    day: date
    start: int
    end: int


def moments_exist(environment: Environment) -> Iterator[Fault]:
    """No window starts, less its lead, or ends at a minute that some day does not have."""
    zone = environment.schedule.time_zone
    if zone not in time_zones():
        return
    for path, window in windows(environment):
        lead = minutes(window.starts) - environment.schedule.lead_minutes
        for field, what, moment in (
            ("starts", "starts with its lead", lead),
            ("ends", "ends", end_minutes(window)),
        ):
            if gap := _gap_at(moment, environment=environment, day=str(path[1])):
                yield _fault(
                    (*path, field), f"window {show_value(window.name)} {what}", moment=moment, gap=gap, zone=zone
                )


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


def _fault(path: KeyPath, subject: str, *, moment: int, gap: Gap, zone: str) -> Fault:
    minute = moment % MINUTES_OF_DAY
    return conflict(
        path,
        "schedule.lead_minutes",
        allowed=(
            f"{subject} at {_clock(minute)}, which {gap.day} does not have in {zone}: "
            f"summer time leaves out {_clock(gap.start)} to {_clock(gap.end)}"
        ),
        remedy=f"move it to {_clock(gap.end)} or later, or before {_clock(gap.start)}",
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
