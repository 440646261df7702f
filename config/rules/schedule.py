"""Can every scheduled window be kept, and does it say something about a tier that scales?"""

from collections.abc import Iterator
from datetime import time
from functools import cache
from itertools import combinations
from zoneinfo import available_timezones

from config.faults import Fault, conflict, fault
from config.schema import Environment
from config.sections.schedule import Window
from config.tiers import TIER_KEYS, TIERS, windows
from config.words import did_you_mean, listed, nearest, show_value

MINUTES_OF_DAY = 24 * 60
ALWAYS_KNOWN = "UTC"  # also on a machine without a time zone database


def minutes(moment: time) -> int:
    """Answer the minutes since midnight."""
    return moment.hour * 60 + moment.minute


def end_minutes(window: Window) -> int:
    """Answer when a window ends; midnight is the end of its own day."""
    return minutes(window.ends) or MINUTES_OF_DAY


@cache
def time_zones() -> frozenset[str]:
    """Answer the names of all time zones that this machine knows, without those that are only its own."""
    return frozenset(available_timezones() - {"localtime", "Factory"} | {ALWAYS_KNOWN})


def time_zone_is_known(environment: Environment) -> Iterator[Fault]:
    """Windows are on the clock of a zone that exists."""
    zone = environment.schedule.time_zone
    if zone in time_zones():
        return
    if len(time_zones()) == 1:
        remedy = "this machine has no time zone database: pip install tzdata"
    else:
        by_city = {each.rpartition("/")[2]: each for each in sorted(time_zones())}
        city = nearest(zone.rpartition("/")[2], by_city, cutoff=0.8)
        remedy = f"did you mean {by_city[city]}?" if city else did_you_mean(zone, time_zones(), otherwise=_AS_IN)
    yield fault("schedule.time_zone", allowed="it must be an IANA time zone", remedy=remedy)


_AS_IN = "write a name such as America/New_York"


def windows_end_after_they_start(environment: Environment) -> Iterator[Fault]:
    """A window lies within one day."""
    for path, window in windows(environment):
        if end_minutes(window) <= minutes(window.starts):
            yield conflict(
                (*path, "ends"),
                (*path, "starts"),
                allowed=f"a window must end after it starts, {window.starts:%H:%M}, on the same day",
                remedy="split a window over midnight in two; 00:00 as its end is midnight",
            )


def windows_outlast_their_lead(environment: Environment) -> Iterator[Fault]:
    """A window is worth the wait for its capacity."""
    lead = environment.schedule.lead_minutes
    for path, window in windows(environment):
        length = end_minutes(window) - minutes(window.starts)
        if 0 < length < lead:
            yield conflict(
                (*path, "ends"),
                (*path, "starts"),
                "schedule.lead_minutes",
                allowed=f"a window must last schedule.lead_minutes, {lead}, at least, and this one lasts {length}",
                remedy="lengthen the window or lower schedule.lead_minutes",
            )


def windows_do_not_overlap(environment: Environment) -> Iterator[Fault]:
    """At any minute of a day at most one window holds."""
    for day in ("weekday", "weekend"):
        numbered = list(enumerate(getattr(environment.schedule, day)))
        for (_, one), (number, other) in combinations(numbered, 2):
            if minutes(one.starts) < end_minutes(other) and minutes(other.starts) < end_minutes(one):
                yield conflict(
                    ("schedule", day, number, "starts"),
                    ("schedule", day, number, "ends"),
                    allowed=(
                        f"the window must not overlap window {show_value(one.name)}, "
                        f"{one.starts:%H:%M} to {one.ends:%H:%M}"
                    ),
                    remedy="move one of them, or merge them",
                )


def window_names_differ(environment: Environment) -> Iterator[Fault]:
    """The scheduled actions of a day are told apart by their windows' names."""
    for day in ("weekday", "weekend"):
        names = [window.name for window in getattr(environment.schedule, day)]
        for number, name in enumerate(names):
            if name in names[:number]:
                yield fault(
                    "schedule",
                    day,
                    number,
                    "name",
                    allowed=f"schedule.{day} has that name already",
                    remedy="rename one",
                )


def windows_name_tiers(environment: Environment) -> Iterator[Fault]:
    """A window says something, and about tiers that exist and run."""
    for path, window in windows(environment):
        if not window.tasks:
            yield fault(
                *path,
                "tasks",
                allowed="a window says something about a tier",
                remedy="add agent = { min = …, max = … }",
            )
        for tier in window.tasks:
            if tier not in TIERS:
                yield fault(
                    *path, "tasks", tier, allowed=f"the tiers are {listed(TIERS)}", remedy=did_you_mean(tier, TIERS)
                )
    yield from _windows_on_egress_that_is_off(environment)


def _windows_on_egress_that_is_off(environment: Environment) -> Iterator[Fault]:
    for path, window in windows(environment):
        if "egress" in window.tasks and not environment.media.egress.enabled:
            yield conflict(
                (*path, "tasks", "egress"),
                "media.egress.enabled",
                allowed="egress is off, media.egress.enabled is false",
                remedy="remove egress from the window, or enable it",
            )


def windows_are_for_tiers_that_scale(environment: Environment) -> Iterator[Fault]:
    """A tier of fixed size has no schedule."""
    for path, window in windows(environment):
        for tier in window.tasks.keys() & TIERS.keys():
            fixed = TIERS[tier](environment).fixed
            if fixed is not None:
                yield conflict(
                    (*path, "tasks", tier),
                    f"{TIER_KEYS[tier]}.tasks.fixed",
                    allowed=f"{TIER_KEYS[tier]}.tasks.fixed is {fixed}, and a tier of fixed size has no schedule",
                    remedy=f"remove {tier} from the window, or {TIER_KEYS[tier]}.tasks.fixed",
                )


def window_bounds_are_ordered(environment: Environment) -> Iterator[Fault]:
    """No window's floor is above its ceiling."""
    for path, window in windows(environment):
        for tier, bounds in window.tasks.items():
            if bounds.min > bounds.max:
                yield conflict(
                    (*path, "tasks", tier, "min"),
                    (*path, "tasks", tier, "max"),
                    allowed=f"min {bounds.min} must not be more than max {bounds.max}",
                    remedy="lower min or raise max",
                )


def holidays_differ(environment: Environment) -> Iterator[Fault]:
    """A day is a holiday once."""
    holidays = environment.schedule.holidays
    for number, day in enumerate(holidays):
        if day in holidays[:number]:
            yield fault("schedule.holidays", number, allowed="it is there already", remedy="remove one of them")
