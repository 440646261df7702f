"""Weekday and weekend profiles become as few scheduled actions as possible, and exactly the right ones."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.sections.capacity import Tasks
from config.sections.schedule import Bounds, Schedule, Window
from tests.constructs.scaling.aws_schedule import EPOCH, MINUTE, firings, in_force
from tests.constructs.scaling.profile_spec import promised
from voice_constructs.scaling.actions import MOST_ACTIONS, Action, scheduled_actions
from voice_constructs.scaling.errors import TooManyActions
from voice_constructs.scaling.weekly import Profile

BASE = Tasks(min=4, max=20)
MONDAY = date(2026, 6, 1)
DAYS = 21


def window(name: str, starts: str, ends: str, low: int, high: int = 60) -> Window:
    """Answer a window for the agents."""
    bounds = {"agent": Bounds(min=low, max=high)}
    return Window(name=name, starts=time.fromisoformat(starts), ends=time.fromisoformat(ends), tasks=bounds)


def actions_of(schedule: Schedule) -> tuple[Action, ...]:
    """Answer the agents' scheduled actions."""
    return scheduled_actions(Profile.of(schedule, tier="agent", tasks=BASE), holidays=schedule.holidays, tier="agent")


def written(schedule: Schedule) -> dict[str, tuple[str, int, int]]:
    """Answer the actions as a person reads them."""
    return {action.name: (action.when, action.bounds.min, action.bounds.max) for action in actions_of(schedule)}


def test_a_peak_has_its_capacity_fifteen_minutes_early_and_keeps_it_to_the_end() -> None:
    """Tasks need minutes to start; callers do not wait for them."""
    peak = window("morning peak", "09:00", "12:00", 10)

    found = written(Schedule(weekday=(peak,)))

    assert found == {
        "daily-midnight": ("cron(0 0 ? * * *)", 4, 20),
        "weekday-morning-peak-start": ("cron(45 8 ? * MON-FRI *)", 10, 60),
        "weekday-morning-peak-end": ("cron(0 12 ? * MON-FRI *)", 4, 20),
    }


def test_a_window_that_lowers_the_floor_starts_on_its_minute() -> None:
    """Going down early would take capacity from callers who are still there."""
    found = written(Schedule(weekend=(window("quiet", "02:00", "08:00", 1, 5),)))

    assert found["weekend-quiet-start"] == ("cron(0 2 ? * SAT,SUN *)", 1, 5)
    assert found["weekend-quiet-end"] == ("cron(0 8 ? * SAT,SUN *)", 4, 20)


def test_a_lower_window_right_after_a_higher_one_starts_on_its_minute() -> None:
    """What counts is the floor before it, not the base."""
    schedule = Schedule(weekday=(window("peak", "09:00", "12:00", 30), window("lunch", "12:00", "13:00", 8)))

    assert written(schedule)["weekday-lunch-start"] == ("cron(0 12 ? * MON-FRI *)", 8, 60)


def test_a_lead_may_reach_into_the_day_before() -> None:
    """A peak at five past midnight on Monday needs its tasks on Sunday evening."""
    found = written(Schedule(weekday=(window("night shift", "00:05", "03:00", 9),)))

    assert found["weekday-night-shift-start"] == ("cron(50 23 ? * SUN-THU *)", 9, 60)


def test_a_lead_does_not_cut_a_higher_window_short() -> None:
    """The next peak's lead begins while this one still holds; the higher floor stays until its own end."""
    schedule = Schedule(weekday=(window("first", "09:00", "12:00", 30), window("second", "12:10", "15:00", 8)))

    assert written(schedule)["weekday-second-start"] == ("cron(0 12 ? * MON-FRI *)", 8, 60)
    assert "weekday-first-end" not in written(schedule)


def test_a_lead_leaves_a_window_of_the_same_floor_alone() -> None:
    """There is nothing to be early for, and the window's ceiling was promised to its end."""
    schedule = Schedule(weekday=(window("first", "09:00", "12:00", 8, 9), window("second", "12:10", "15:00", 8, 60)))

    assert written(schedule)["weekday-second-start"] == ("cron(0 12 ? * MON-FRI *)", 8, 60)


def test_what_weekdays_and_weekends_do_alike_is_one_action() -> None:
    """AWS keeps 200 actions for a target, and fewer are read faster."""
    peak = window("evening", "18:00", "22:00", 9)

    found = written(Schedule(weekday=(peak,), weekend=(peak,)))

    assert found == {
        "daily-midnight": ("cron(0 0 ? * * *)", 4, 20),
        "daily-evening-start": ("cron(45 17 ? * * *)", 9, 60),
        "daily-evening-end": ("cron(0 22 ? * * *)", 4, 20),
    }


def test_a_tier_without_windows_is_set_to_its_bounds_every_midnight() -> None:
    """A deployment puts the target back to its widest bounds; every target carries a profile that ends this."""
    other = Window(name="peak", starts=time(9), ends=time(12), tasks={"api": Bounds(min=9, max=9)})

    assert written(Schedule(weekday=(other,))) == {"daily-midnight": ("cron(0 0 ? * * *)", 4, 20)}


def test_a_holiday_overrides_each_cron_a_minute_later_and_ends_by_itself() -> None:
    """A cron cannot leave a date out, and two actions at one minute run in no promised order."""
    schedule = Schedule(
        weekday=(window("peak", "09:00", "12:00", 30),),
        weekend=(window("brunch", "11:00", "13:00", 6),),
        holidays=(date(2026, 12, 25),),  # a Friday
    )

    found = {name: action for name, action in written(schedule).items() if name.startswith("holiday")}

    assert found == {
        "holiday-2026-12-25-08-46": ("at(2026-12-25T08:46:00)", 4, 20),
        "holiday-2026-12-25-10-45": ("at(2026-12-25T10:45:00)", 6, 60),
        "holiday-2026-12-25-12-01": ("at(2026-12-25T12:01:00)", 6, 60),
        "holiday-2026-12-25-13-00": ("at(2026-12-25T13:00:00)", 4, 20),
    }


def test_a_holiday_that_goes_on_past_midnight_ends_with_a_one_off() -> None:
    """The weekday after it has no cron of its own at the moment at which the weekend's window would have ended."""
    schedule = Schedule(
        weekday=(window("all day", "00:00", "00:00", 8),),
        holidays=(date(2026, 6, 10),),  # a Wednesday between equal days
    )

    found = {name: action for name, action in written(schedule).items() if name.startswith("holiday")}

    assert found == {
        "holiday-2026-06-10-00-01": ("at(2026-06-10T00:01:00)", 4, 20),
        "holiday-2026-06-10-23-45": ("at(2026-06-10T23:45:00)", 8, 60),
    }


def test_a_holiday_on_a_weekend_needs_nothing() -> None:
    """It is a weekend's day already."""
    schedule = Schedule(weekday=(window("peak", "09:00", "12:00", 30),), holidays=(date(2026, 7, 4),))

    assert not [name for name in written(schedule) if name.startswith("holiday")]


def test_more_actions_than_aws_keeps_are_refused() -> None:
    """CloudFormation would find out in the middle of a deployment."""
    holidays = tuple(date(2026, 1, 7) + timedelta(weeks=week) for week in range(200))
    schedule = Schedule(weekday=(window("peak", "09:00", "12:00", 30),), holidays=holidays)

    with pytest.raises(TooManyActions, match="agent needs 203 scheduled actions, AWS keeps 200; name fewer holidays"):
        actions_of(schedule)


@st.composite
def day_windows(draw: st.DrawFn, *, kind: str) -> tuple[Window, ...]:
    """Draw windows of one day that do not overlap, many of them next to each other or to midnight."""
    marks = sorted(draw(st.sets(st.integers(0, 24 * 12), max_size=6)))
    pairs = draw(st.permutations([(begin, end) for begin, end in zip(marks, marks[1:], strict=False)]))
    chosen = sorted(pairs[: draw(st.integers(0, len(pairs)))])
    return tuple(
        window(f"{kind} {number}", _clock(begin), _clock(end), draw(st.integers(1, 7)), draw(st.integers(7, 9)))
        for number, (begin, end) in enumerate(chosen)
    )


def _clock(fifths: int) -> str:
    hour, minute = divmod(fifths * 5 % (24 * 60), 60)
    return f"{hour:02}:{minute:02}"


SCHEDULES = st.builds(
    Schedule,
    lead_minutes=st.sampled_from((0, 15, 60, 120)),
    weekday=day_windows(kind="w"),
    weekend=day_windows(kind="e"),
    holidays=st.sets(st.integers(2, DAYS - 3).map(lambda day: MONDAY + timedelta(days=day)), max_size=5).map(tuple),
)


@given(SCHEDULES)
@settings(derandomize=True, max_examples=150, deadline=None)
def test_any_profile_is_kept_to_the_minute(schedule: Schedule) -> None:
    """Windows that touch, short ones, leads over midnight and adjacent holidays are where hand-made lists are wrong."""
    actions = [as_template(action) for action in actions_of(schedule)]
    begin, end = utc_minute(MONDAY), utc_minute(MONDAY + timedelta(days=DAYS))
    fired = firings(actions, first=MONDAY - timedelta(days=7), last=MONDAY + timedelta(days=DAYS))

    found = in_force(fired, begin=begin, end=end)

    expected = promised(
        schedule, tier="agent", base=(BASE.min, BASE.max), first=MONDAY - timedelta(days=1), days=DAYS + 2
    )[24 * 60 : -24 * 60]
    wrong = {begin + number for number, pair in enumerate(zip(found, expected, strict=True)) if pair[0] != pair[1]}
    crons = {firing.minute for firing in fired if firing.recurs}
    one_offs = {firing.minute for firing in fired if not firing.recurs}
    assert wrong <= crons & {minute - 1 for minute in one_offs} | _chains(crons, one_offs)
    assert len({firing.minute for firing in fired}) == len(fired)


def _chains(crons: set[int], one_offs: set[int]) -> set[int]:
    """Answer minutes of crons right after each other, where the one-off waits for the last of them."""
    found: set[int] = set()
    for minute in one_offs:
        before = minute - 1
        while before in crons:
            found.add(before)
            before -= 1
    return found


@given(SCHEDULES)
@settings(derandomize=True, max_examples=150, deadline=None)
def test_names_of_scheduled_actions_are_unique(schedule: Schedule) -> None:
    """AWS takes a second action of one name for a change of the first."""
    names = [action.name for action in actions_of(schedule)]

    assert len(set(names)) == len(names) <= MOST_ACTIONS


def as_template(action: Action) -> dict[str, Any]:
    """Write an action as the template does."""
    bounds = {"MinCapacity": action.bounds.min, "MaxCapacity": action.bounds.max}
    return {
        "ScheduledActionName": action.name,
        "Schedule": action.when,
        "Timezone": "UTC",
        "ScalableTargetAction": bounds,
    }


def utc_minute(day: date) -> int:
    """Answer the minute since 1970 at which a day begins in UTC."""
    return (datetime(day.year, day.month, day.day, tzinfo=UTC) - EPOCH) // MINUTE
