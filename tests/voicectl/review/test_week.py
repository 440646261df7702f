"""The picture of the week shows what AWS would do at each hour, not what somebody meant."""

import pytest

from tests.voicectl.review.small import action, assembly_of, service
from voicectl.review.services import Service, services_of
from voicectl.review.show.words import spark
from voicectl.review.week import UnreadableSchedule, week_of


def one(*actions: dict[str, object], tasks: int = 2) -> Service:
    """A service with these scheduled actions."""
    [found] = services_of(assembly_of(service("api", vcpus=1, gib=2, tasks=tasks, high=9, actions=list(actions))))
    return found


def test_a_service_without_schedule_is_the_same_all_week() -> None:
    """168 hours of its minimum."""
    week = week_of(one())

    assert week.hours() == [2] * 168
    assert week.average_low == 2


def test_an_action_holds_until_the_next_one() -> None:
    """Monday to Friday, 08:00 to 20:00, eight tasks; else two."""
    week = week_of(
        one(action("cron(0 8 ? * MON-FRI *)", low=8, high=9), action("cron(0 20 ? * MON-FRI *)", low=2, high=9))
    )

    assert week.hours()[:24] == [2] * 8 + [8] * 12 + [2] * 4
    assert week.hours()[5 * 24 :] == [2] * 48
    assert week.average_low == (5 * 12 * 8 + (168 - 60) * 2) / 168


def test_before_the_first_action_of_the_week_the_last_one_holds() -> None:
    """Sunday evening's minimum is Monday morning's."""
    week = week_of(one(action("cron(0 6 ? * MON *)", low=5, high=9), action("cron(0 22 ? * SUN *)", low=1, high=9)))

    assert week.hours()[:7] == [1] * 6 + [5]
    assert week.hours()[-3:] == [5, 1, 1]


def test_an_hour_shows_the_highest_minimum_in_it() -> None:
    """A quarter of an hour before the peak counts: that is when tasks start."""
    week = week_of(one(action("cron(45 7 ? * * *)", low=6, high=9), action("cron(0 9 ? * * *)", low=2, high=9)))

    assert week.hours()[6:10] == [2, 6, 6, 2]
    assert week.average_low == pytest.approx((75 * 6 + (1440 - 75) * 2) / 1440)


def test_a_range_of_days_may_go_over_the_weekend() -> None:
    """SAT-MON is three days, not none."""
    week = week_of(one(action("cron(0 0 ? * SAT-MON *)", low=3, high=9), action("cron(0 0 ? * TUE *)", low=1, high=9)))

    assert [week.hours()[day * 24] for day in range(7)] == [3, 1, 1, 1, 1, 3, 3]


def test_single_days_are_named_and_not_drawn() -> None:
    """An ordinary week has no holiday."""
    week = week_of(one(action("cron(0 0 ? * * *)", low=2, high=9), action("at(2026-12-25T07:46:00)", low=1, high=9)))

    assert week.single_days == ("2026-12-25",)
    assert set(week.hours()) == {2}


def test_a_schedule_that_cannot_be_drawn_is_refused() -> None:
    """A wrong picture is worse than none."""
    with pytest.raises(UnreadableSchedule, match=r"api: rate\(5 minutes\) is rate\(5 minutes\); a week shows"):
        week_of(one(action("rate(5 minutes)", low=1, high=9)))


def test_the_terminal_draws_against_the_rows_own_highest() -> None:
    """Twelve signs a day: low, high, low."""
    from voicectl.review.page import WeekRow

    row = WeekRow(
        service="api",
        time_zone="UTC",
        minimum_by_hour=tuple(([1] * 8 + [8] * 12 + [0] * 4) * 7),
        average_minimum=4,
        single_days=(),
    )

    assert spark(row, hours=2)[0] == "▂▂▂▂██████  "
