"""A profile as scheduled actions: crons for the week, one-off actions around holidays.

A cron cannot leave out a holiday, so a one-off action follows, a minute later, each cron that
is wrong for the day; two actions at one minute would run in no promised order. The rest of a holiday is
one-off too: its own changes, and the way back when it ends.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from config.sections.schedule import Bounds
from voice_constructs.scaling.errors import TooManyActions
from voice_constructs.scaling.weekly import Change, Kind, Profile

MOST_ACTIONS: Final = 200  # per scalable target (Application Auto Scaling quotas)
DAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_CRON_ORDER: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")  # AWS counts a week from Sunday
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Action:
    """One scheduled action of a scalable target.

    Attributes:
        when: `cron(…)` or `at(…)`, on the schedule's clock.
    """

    name: str
    when: str
    bounds: Bounds


@dataclass(frozen=True)
class Recurring:
    """Bounds that are set at one minute of some days of the week.

    Attributes:
        days: Numbers of `date.weekday()`, Monday is 0.
    """

    minute: int
    bounds: Bounds
    days: tuple[int, ...]
    name: str


def scheduled_actions(profile: Profile, *, holidays: Iterable[date], tier: str) -> tuple[Action, ...]:
    """Answer every scheduled action of a tier, crons first.

    Raises:
        TooManyActions: AWS keeps 200 for a target.
    """
    crons, days = recurring(profile), frozenset(holidays)
    actions = tuple(map(_as_cron, crons)) + tuple(_one_offs(profile, crons, days))
    if len(actions) > MOST_ACTIONS:
        raise TooManyActions(
            f"schedule.holidays is {len(days)} days; "
            f"{tier} needs {len(actions)} scheduled actions, AWS keeps {MOST_ACTIONS}; "
            "name fewer holidays, such as this year's only, or fewer windows"
        )
    return actions


def recurring(profile: Profile) -> tuple[Recurring, ...]:
    """Answer the crons of an ordinary week, as few as possible: equal times with equal bounds are one."""
    groups: dict[tuple[int, Bounds], dict[int, str]] = {}
    for day in range(len(DAYS)):
        for change in profile.day(_kind_of(day - 1), _kind_of(day), _kind_of(day + 1)):
            groups.setdefault((change.minute, change.bounds), {})[day] = change.cause
    crons = [
        Recurring(minute=minute, bounds=bounds, days=tuple(causes), name=_name(tuple(causes.values())))
        for (minute, bounds), causes in groups.items()
    ]
    return tuple(_with_own_names(sorted(crons, key=lambda cron: (cron.minute, cron.days))))


def _kind_of(day: int) -> Kind:
    return "weekend" if DAYS[day % len(DAYS)] in ("SAT", "SUN") else "weekday"


def _name(causes: Sequence[str]) -> str:
    """Answer one name for changes that share a cron; what weekdays and weekends both do is `daily`."""
    if len(set(causes)) == 1:
        return causes[0]
    parts = {cause.partition("-")[2] for cause in causes}
    return f"daily-{parts.pop()}" if len(parts) == 1 else causes[0]


def _with_own_names(crons: Sequence[Recurring]) -> Iterator[Recurring]:
    """Tell crons of one name apart by their first day and time, which no two of them share."""
    names = [cron.name for cron in crons]
    for cron in crons:
        own = f"{cron.name}-{DAYS[cron.days[0]].lower()}-{_clock(cron.minute, '')}"
        name = own if names.count(cron.name) > 1 else cron.name
        yield Recurring(minute=cron.minute, bounds=cron.bounds, days=cron.days, name=name)


def _as_cron(cron: Recurring) -> Action:
    hour, minute = divmod(cron.minute, 60)
    return Action(cron.name, f"cron({minute} {hour} ? * {_days(cron.days)} *)", cron.bounds)


def _days(days: tuple[int, ...]) -> str:
    """Write days of the week as AWS's cron does: `MON-FRI`, `SAT,SUN`, `*`."""
    if len(days) == len(DAYS):
        return "*"
    places = sorted(_CRON_ORDER.index(DAYS[day]) for day in days)
    if len(places) > 2 and places[-1] - places[0] == len(places) - 1:
        return f"{_CRON_ORDER[places[0]]}-{_CRON_ORDER[places[-1]]}"
    return ",".join(DAYS[day] for day in days)


def _one_offs(profile: Profile, crons: Sequence[Recurring], holidays: frozenset[date]) -> Iterator[Action]:
    """Walk the days that a holiday touches, and put right whatever the crons leave wrong."""
    in_force = profile.base
    for day in _touched(holidays):
        fires = {cron.minute: cron.bounds for cron in crons if day.weekday() in cron.days}
        changes = profile.day(*(_kind_on(day + step * _ONE_DAY, holidays) for step in (-1, 0, 1)))
        for minute in _minutes(fires, changes):
            wanted = _last_before(changes, minute)
            if minute in fires:
                in_force = fires[minute]
            elif in_force != wanted:
                in_force = wanted
                yield Action(f"holiday-{day}-{_clock(minute, '-')}", f"at({day}T{_clock(minute, ':')}:00)", wanted)


def _touched(holidays: frozenset[date]) -> list[date]:
    """Answer holidays with the day before, into which leads reach; the midnight after is an ordinary cron's."""
    return sorted({holiday + step * _ONE_DAY for holiday in holidays for step in (-1, 0)})


def _kind_on(day: date, holidays: frozenset[date]) -> Kind:
    return "weekend" if day in holidays else _kind_of(day.weekday())


def _minutes(fires: Iterable[int], changes: Iterable[Change]) -> list[int]:
    """Answer when to look: at every change and every cron, and a minute after each cron."""
    moments = {change.minute for change in changes}.union(*({minute, minute + 1} for minute in fires))
    return sorted(moment for moment in moments if moment < 24 * 60)  # midnight has a cron of its own


def _last_before(changes: Sequence[Change], minute: int) -> Bounds:
    return [change.bounds for change in changes if change.minute <= minute][-1]


def _clock(minute: int, separator: str) -> str:
    hour, rest = divmod(minute, 60)
    return f"{hour:02}{separator}{rest:02}"
