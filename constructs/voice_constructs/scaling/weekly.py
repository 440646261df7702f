"""A tier's tasks over a week: which bounds hold at which minute of which kind of day.

`Profile.of` reads one tier out of the schedule; `Profile.day` answers the moments at which its
bounds change. Everything here is arithmetic on minutes of the wall clock: no dates, no AWS.

A window's start moves `lead_minutes` earlier when it raises the tier's minimum against what was
in force before it, and stays on the minute when it lowers it. So at any minute the highest minimum
wins: that of the window which the file names for the minute, or that of one about to start.
"""

from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from typing import Final, Literal

from config.sections.capacity import Tasks
from config.sections.schedule import Bounds, Schedule, Window

Kind = Literal["weekday", "weekend"]

DAY_MINUTES: Final = 24 * 60


@dataclass(frozen=True)
class Slot:
    """One window of one kind of day, for one tier.

    Attributes:
        starts: Minute of the day.
        ends: Minute of the day, 1,440 for midnight at its end.
    """

    kind: Kind
    name: str
    starts: int
    ends: int
    bounds: Bounds


@dataclass(frozen=True)
class Change:
    """Other bounds from a minute of a day on.

    Attributes:
        minute: Of the day, on the wall clock.
        cause: `weekday-morning-peak-start`, `weekday-morning-peak-end`, or `weekday-midnight` for midnight itself.
    """

    minute: int
    bounds: Bounds
    cause: str


@dataclass(frozen=True)
class Profile:
    """One tier's weekday and weekend.

    Attributes:
        base: In force outside every window.
        lead: Minutes.
    """

    base: Bounds
    weekday: tuple[Slot, ...]
    weekend: tuple[Slot, ...]
    lead: int

    @classmethod
    def of(cls, schedule: Schedule, *, tier: str, tasks: Tasks) -> "Profile":
        """Read one tier out of the schedule; a window that does not name the tier leaves its bounds alone."""
        return cls(
            base=Bounds(min=tasks.min, max=tasks.max),
            weekday=_slots(schedule.weekday, kind="weekday", tier=tier),
            weekend=_slots(schedule.weekend, kind="weekend", tier=tier),
            lead=schedule.lead_minutes,
        )

    @property
    def widest(self) -> Bounds:
        """Answer the lowest minimum and the highest maximum that ever hold."""
        every = [self.base, *(slot.bounds for slot in self.weekday + self.weekend)]
        return Bounds(min=min(bounds.min for bounds in every), max=max(bounds.max for bounds in every))

    def day(self, before: Kind, today: Kind, after: Kind) -> tuple[Change, ...]:
        """Answer what changes when in one day: always something at midnight, if only to say it again.

        A deployment that touches the schedule puts the target back to its widest bounds (facts: aws E6),
        so saying it again at midnight also ends that.

        Args:
            before: The day before it, which names what ends at midnight.
            after: The day after it, whose windows may begin before midnight by their lead.
        """
        return _changes(self, before, today, after)

    def _slots_of(self, kind: Kind) -> tuple[Slot, ...]:
        return self.weekday if kind == "weekday" else self.weekend


@lru_cache(maxsize=1024)  # a year has eight kinds of days, and a tier asks for them a few hundred times
def _changes(profile: Profile, before: Kind, today: Kind, after: Kind) -> tuple[Change, ...]:
    was = _in_force(profile, before, today, DAY_MINUTES - 1)
    changes: list[Change] = []
    for minute in _moments(profile, today, after):
        now = _in_force(profile, today, after, minute)
        if _bounds(profile, now) != _bounds(profile, was):
            changes.append(Change(minute, _bounds(profile, now), _cause(was, now)))
        elif minute == 0:
            changes.append(Change(0, _bounds(profile, now), f"{today}-midnight"))
        was = now
    return tuple(changes)


def _moments(profile: Profile, today: Kind, after: Kind) -> list[int]:
    """When something can change at all."""
    moments = {0}
    for slot in profile._slots_of(today):
        moments |= {slot.starts - profile.lead, slot.starts, slot.ends}
    moments |= {DAY_MINUTES + slot.starts - profile.lead for slot in profile._slots_of(after)}
    return sorted(moment for moment in moments if 0 <= moment < DAY_MINUTES)


def _in_force(profile: Profile, today: Kind, after: Kind, minute: int) -> Slot | None:
    """Answer the slot whose bounds hold, None for the base."""
    best = _named(profile, today, minute)
    for starts, slot in _raising(profile, today, after):
        is_about_to_start = minute < starts <= minute + profile.lead
        if is_about_to_start and slot.bounds.min > _bounds(profile, best).min:
            best = slot
    return best


def _raising(profile: Profile, today: Kind, after: Kind) -> list[tuple[int, Slot]]:
    """Answer the starts, in minutes of today, that raise the minimum."""
    starts = [(slot.starts, slot, _before(profile, today, slot)) for slot in profile._slots_of(today) if slot.starts]
    for slot in profile._slots_of(after):
        earlier = _before(profile, after, slot) if slot.starts else _named(profile, today, DAY_MINUTES - 1)
        starts.append((DAY_MINUTES + slot.starts, slot, earlier))
    return [(minute, slot) for minute, slot, was in starts if slot.bounds.min > _bounds(profile, was).min]


def _before(profile: Profile, kind: Kind, slot: Slot) -> Slot | None:
    return _named(profile, kind, slot.starts - 1)


def _named(profile: Profile, kind: Kind, minute: int) -> Slot | None:
    """Answer the window that the file names for a minute, without any lead."""
    return next((slot for slot in profile._slots_of(kind) if slot.starts <= minute < slot.ends), None)


def _bounds(profile: Profile, slot: Slot | None) -> Bounds:
    return slot.bounds if slot else profile.base


def _cause(was: Slot | None, now: Slot | None) -> str:
    if now:
        return f"{now.kind}-{now.name}-start"
    assert was, "the base does not differ from itself"
    return f"{was.kind}-{was.name}-end"


def _slots(windows: tuple[Window, ...], *, kind: Kind, tier: str) -> tuple[Slot, ...]:
    return tuple(
        Slot(
            kind=kind,
            name=window.name.replace(" ", "-"),
            starts=_minute(window.starts),
            ends=_minute(window.ends) or DAY_MINUTES,
            bounds=window.tasks[tier],
        )
        for window in windows
        if tier in window.tasks
    )


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute
