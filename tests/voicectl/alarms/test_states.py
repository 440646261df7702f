"""Alarms go on and off as CloudWatch's would: the tables are those of its documentation."""

import pytest

from voicectl.alarms.definition import CompositeAlarm, MetricAlarm, MetricKey, Query
from voicectl.alarms.errors import ExpressionUnknown
from voicectl.alarms.points import Points
from voicectl.alarms.states import State, combined, decided, evaluated

BEFORE = State.INSUFFICIENT_DATA  # what `ignore` keeps, in these tables
ON, OFF, KEPT = State.ALARM, State.OK, BEFORE
METRIC = MetricKey("Voiceplane", "FreeSlots", frozenset({("Environment", "local")}))


def seen(text: str) -> list[bool | None]:
    """`0` is within the threshold, `X` over it, `-` missing; the oldest first."""
    return [{"0": False, "X": True, "-": None}[mark] for mark in text.split()]


@pytest.mark.parametrize(
    ("datapoints", "missing", "ignore", "breaching", "not_breaching"),
    [
        ("0 - X - X", OFF, OFF, OFF, OFF),
        ("- - - - 0", OFF, OFF, OFF, OFF),
        ("- - - - -", State.INSUFFICIENT_DATA, KEPT, ON, OFF),
        ("0 X X - X", ON, ON, ON, ON),
        ("- - X - -", ON, KEPT, ON, OFF),
    ],
)
def test_three_of_three(datapoints: str, missing: State, ignore: State, breaching: State, not_breaching: State) -> None:
    """AWS's first table: three evaluation periods, three datapoints to alarm."""
    answers = [
        decided(seen(datapoints), periods=3, to_alarm=3, missing=each, before=BEFORE)
        for each in ("missing", "ignore", "breaching", "notBreaching")
    ]

    assert answers == [missing, ignore, breaching, not_breaching]


@pytest.mark.parametrize(
    ("datapoints", "missing", "ignore", "breaching", "not_breaching"),
    [
        ("0 - X - X", ON, ON, ON, ON),
        ("0 0 X 0 X", ON, ON, ON, ON),
        ("0 - X - -", OFF, OFF, ON, OFF),
        ("- - - - 0", OFF, OFF, ON, OFF),
        ("- - - X -", ON, KEPT, ON, OFF),
    ],
)
def test_two_of_three(datapoints: str, missing: State, ignore: State, breaching: State, not_breaching: State) -> None:
    """AWS's second table: three evaluation periods, two datapoints to alarm."""
    answers = [
        decided(seen(datapoints), periods=3, to_alarm=2, missing=each, before=BEFORE)
        for each in ("missing", "ignore", "breaching", "notBreaching")
    ]

    assert answers == [missing, ignore, breaching, not_breaching]


def alarm(**different: object) -> MetricAlarm:
    """No free slot for three minutes."""
    usual = {
        "name": "voiceplane-local-FreeSlotsGone",
        "rule": "FreeSlotsGone",
        "meaning": "no agent can take another call",
        "runbook": "docs/runbooks/capacity-low.md",
        "tells": True,
        "queries": (Query("m", METRIC, "Minimum"),),
        "watched": "m",
        "comparison": "LessThanThreshold",
        "threshold": 1.0,
        "period_seconds": 60,
        "periods": 3,
        "datapoints": 3,
        "missing": "notBreaching",
    }
    return MetricAlarm(**{**usual, **different})  # type: ignore[arg-type]


def test_it_goes_on_when_every_minute_was_over_and_off_again() -> None:
    """Only whole minutes count, and a point belongs to the minute that it falls into."""
    points = Points()
    for minute, value in enumerate((4, 0, 0, 0, 2)):
        points.add(METRIC, at=minute * 60 + 30, value=value)

    states = [evaluated(alarm(), points, now=minute * 60 + 1, before=State.OK) for minute in range(6)]

    assert states == [OFF, OFF, OFF, OFF, ON, OFF]


def test_speed_shortens_the_periods() -> None:
    """Sixty times faster, three seconds are three minutes."""
    points = Points()
    for second in range(3):
        points.add(METRIC, at=1000 + second + 0.5, value=0)

    assert evaluated(alarm(), points, now=1003.1, before=State.OK, speed=60) is ON
    assert evaluated(alarm(), points, now=1003.1, before=State.OK) is OFF


def test_a_share_of_few_requests_rings_nobody() -> None:
    """The expression is the one of our own template."""
    failed = MetricKey("Voiceplane", "ProviderErrors", frozenset())
    asked = MetricKey("Voiceplane", "ProviderRequests", frozenset())
    queries = (
        Query("failed", failed, "Sum"),
        Query("asked", asked, "Sum"),
        Query("part", expression="FILL(failed, 0)"),
        Query("whole", expression="FILL(asked, 0)"),
        Query("share", expression="100 * part / IF(whole < 20, 20, whole)"),
    )
    share = alarm(
        queries=queries, watched="share", comparison="GreaterThanThreshold", threshold=5, periods=1, datapoints=1
    )

    def after(errors: int, requests: int) -> State:
        points = Points()
        points.add(failed, at=30, value=errors) if errors else None
        points.add(asked, at=30, value=requests) if requests else None
        return evaluated(share, points, now=61, before=State.OK)

    assert [after(1, 3), after(2, 3), after(5, 100), after(6, 100), after(0, 0)] == [OFF, ON, OFF, ON, OFF]


def composite(rule: str) -> CompositeAlarm:
    """One that tells in others' place."""
    return CompositeAlarm("c", "Away", "it is away", "docs/runbooks/away.md", True, rule, "")


@pytest.mark.parametrize(
    ("rule", "state"),
    [
        ('ALARM("a") OR ALARM("b")', ON),
        ('ALARM("a") AND ALARM("b")', OFF),
        ('ALARM("a") AND NOT ALARM("b")', ON),
        ('NOT(ALARM("a") OR ALARM("b"))', OFF),
        ('OK("b") AND TRUE', ON),
        ('INSUFFICIENT_DATA("b") OR FALSE', OFF),
    ],
)
def test_a_rule_combines_states(rule: str, state: State) -> None:
    """With CloudWatch's own words."""
    assert combined(composite(rule), {"a": State.ALARM, "b": State.OK}) is state


@pytest.mark.parametrize("rule", ['ALARM("c")', "ALARM(a)", "ALARM(", "__import__('os')"])
def test_a_rule_that_cannot_be_read_is_named(rule: str) -> None:
    """An alarm that is never on must not look like one that is well."""
    with pytest.raises(ExpressionUnknown, match="is not known"):
        combined(composite(rule), {"a": State.ALARM})


def test_points_that_come_late_are_put_where_they_belong() -> None:
    """Two processes' reports do not arrive in the order of their times."""
    points = Points()
    for at, value in ((10.0, 1), (130.0, 3), (70.0, 2)):
        points.add(METRIC, at=at, value=value)

    assert points.series(METRIC, "Maximum", ends=[60, 120, 180], period=60) == [1, 2, 3]


def test_what_is_old_is_forgotten_but_not_that_it_was_there() -> None:
    """A metric that falls silent for an hour was measured all the same."""
    points = Points()
    points.add(METRIC, at=10, value=1)

    points.forget(before=60)

    assert points.has(METRIC, before=60)
    assert points.series(METRIC, "SampleCount", ends=[60], period=60) == [None]
