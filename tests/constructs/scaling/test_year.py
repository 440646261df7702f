"""The bounds in force are those of the profile at every minute of a year, whatever the clocks do.

The scheduled actions are read out of the template and run as AWS runs them. The one allowed difference:
a cron that is wrong for a holiday holds for one minute, until the one-off action that follows it.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from config.sections.capacity import Tasks
from config.sections.schedule import Bounds, Schedule, Window
from tests.constructs.scaling.aws_schedule import EPOCH, MINUTE, Firing, firings, in_force
from tests.constructs.scaling.platform import CDK_JSON, Services
from tests.constructs.scaling.profile_spec import promised
from voice_constructs.scaling.fleet import FleetScaling
from voice_constructs.scaling.rules import Rules

ZONES = ("America/New_York", "Europe/Berlin", "Australia/Sydney", "Asia/Tokyo")
TASKS = Tasks(min=2, max=20)
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def window(name: str, starts: str, ends: str, low: int, high: int) -> Window:
    """Answer a window for the agents."""
    return Window(
        name=name,
        starts=time.fromisoformat(starts),
        ends=time.fromisoformat(ends),
        tasks={"agent": Bounds(min=low, max=high)},
    )


def schedule_in(zone: str) -> Schedule:
    """Answer peaks that touch, follow a quiet time, and begin and end around midnight."""
    return Schedule(
        time_zone=zone,
        weekday=(
            window("night owls", "00:05", "01:00", 3, 20),
            window("quiet", "04:00", "06:00", 1, 5),
            window("morning peak", "09:00", "12:00", 12, 60),
            window("lunch", "12:00", "13:00", 6, 30),
            window("afternoon", "13:10", "17:30", 10, 50),
            window("late", "22:00", "23:30", 4, 25),
        ),
        weekend=(
            window("night", "00:10", "00:50", 5, 30),
            window("brunch", "10:30", "14:00", 5, 30),
            window("party", "23:30", "00:00", 8, 40),
        ),
        holidays=(
            date(2026, 1, 1),
            date(2026, 4, 3),  # a Friday, and the Monday after that weekend
            date(2026, 4, 6),
            date(2026, 7, 4),  # a Saturday: nothing to change
            date(2026, 11, 11),  # in the middle of a week
            date(2026, 12, 24),  # two adjacent ones, into a weekend
            date(2026, 12, 25),
            date(2026, 12, 31),
        ),
    )


@pytest.fixture(scope="module")
def actions() -> dict[str, list[dict[str, Any]]]:
    """Scheduled actions by time zone, out of one template."""
    app = cdk.App(context=json.loads(CDK_JSON.read_text())["context"], analytics_reporting=False)
    stack = cdk.Stack(app, "Year")
    services = Services(stack)
    for number, zone in enumerate(ZONES):
        service = services.on_fargate(f"Service{number}")
        FleetScaling(service, "Scaling", tier="agent", tasks=TASKS, schedule=schedule_in(zone), rules=Rules())
    targets = Template.from_stack(stack).find_resources("AWS::ApplicationAutoScaling::ScalableTarget").values()
    found = [target["Properties"]["ScheduledActions"] for target in targets]
    return {actions[0]["Timezone"]: actions for actions in found}


@pytest.mark.parametrize("zone", ZONES)
def test_every_minute_of_a_year_has_the_bounds_of_its_profile(zone: str, actions: dict[str, Any]) -> None:
    """A peak an hour late twice a year, or a holiday that stays in force, is what nobody notices before callers do."""
    begin, end = utc_minute(FIRST), utc_minute(LAST + timedelta(days=1))
    fired = firings(actions[zone], first=FIRST - timedelta(days=8), last=LAST + timedelta(days=1))

    found = in_force(fired, begin=begin, end=end)

    expected = list(promise_by_utc_minute(zone, begin, end))
    assert len(expected) == len(found) == 365 * 24 * 60
    wrong = {begin + number for number, pair in enumerate(zip(found, expected, strict=True)) if pair[0] != pair[1]}
    assert wrong == minutes_before_a_one_off(fired, begin, end)


@pytest.mark.parametrize("zone", ZONES)
def test_no_two_actions_fire_in_the_same_minute(zone: str, actions: dict[str, Any]) -> None:
    """AWS does not promise an order, so either of them could win."""
    fired = firings(actions[zone], first=FIRST, last=LAST)

    assert len({firing.minute for firing in fired}) == len(fired)


def test_the_year_has_both_changes_of_the_clock() -> None:
    """A walk through a zone without them would prove less than it says."""
    offsets = {zone: {offset for _, _, offset in spans(zone, utc_minute(FIRST), utc_minute(LAST))} for zone in ZONES}

    assert {zone: len(offsets[zone]) for zone in ZONES} == dict(zip(ZONES, (2, 2, 2, 1), strict=True))


def promise_by_utc_minute(zone: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the promise, which is about the wall clock, off the wall clock of each minute."""
    first = FIRST - timedelta(days=2)
    local = promised(schedule_in(zone), tier="agent", base=(TASKS.min, TASKS.max), first=first, days=369)
    for span_begin, span_end, offset in spans(zone, begin, end):
        shift = offset - utc_minute(first)
        yield from local[span_begin + shift : span_end + shift]


def spans(zone: str, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Cut a time into parts of one offset from UTC: from, to, offset, all in minutes."""
    current, start = offset_at(zone, begin), begin
    for minute in range(begin, end, 30):  # clocks change at a full or half hour of UTC
        offset = offset_at(zone, minute)
        if offset != current:
            yield start, minute, current
            current, start = offset, minute
    yield start, end, current


def offset_at(zone: str, minute: int) -> int:
    """Answer how many minutes a zone is ahead of UTC."""
    offset = (EPOCH + minute * MINUTE).astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return offset // MINUTE


def minutes_before_a_one_off(fired: list[Firing], begin: int, end: int) -> set[int]:
    """Answer when a cron fired that a one-off overrides a minute later."""
    overridden = {firing.minute - 1 for firing in fired if not firing.recurs}
    return {firing.minute for firing in fired if firing.recurs and begin <= firing.minute < end} & overridden


def utc_minute(day: date) -> int:
    """Answer the minute since 1970 at which a day begins in UTC."""
    return (datetime(day.year, day.month, day.day, tzinfo=UTC) - EPOCH) // MINUTE
