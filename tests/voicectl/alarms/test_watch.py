"""A watch remembers: since when an alarm is on, and what was never measured."""

import json
from pathlib import Path

from tests.voicectl.alarms.test_states import METRIC, alarm
from voicectl.alarms.definition import CompositeAlarm, MetricKey, Query
from voicectl.alarms.kept import kept
from voicectl.alarms.points import Points
from voicectl.alarms.states import State
from voicectl.alarms.watch import NOT_MEASURED, Look, Watch

GONE = alarm(periods=1, datapoints=1)
ELSEWHERE = alarm(
    name="voiceplane-local-DatabaseSilent",
    queries=(Query("m", MetricKey("AWS/RDS", "DatabaseConnections", frozenset()), "SampleCount"),),
    missing="breaching",
)
TOGETHER = CompositeAlarm("together", "Away", "it is away", "docs/runbooks/away.md", True, f'ALARM("{GONE.name}")', "")


def states(look: Look) -> dict[str, str]:
    """By name."""
    return {seen.name: seen.state for seen in look.alarms}


def points(*values: float) -> Points:
    """One a minute."""
    made = Points()
    for minute, value in enumerate(values):
        made.add(METRIC, at=minute * 60 + 30, value=value)
    return made


def test_it_says_since_when() -> None:
    """A second look changes nothing but the time; the end of it begins anew."""
    watch, published = Watch([GONE]), points(0, 0, 3)

    looks = [watch.look(published, now=now) for now in (61, 121, 181)]

    assert [look.alarms[0].state for look in looks] == [State.ALARM, State.ALARM, State.OK]
    assert [look.alarms[0].since for look in looks] == [61, 61, 181]
    assert [look.alarms[0].value for look in looks] == [0, 0, 3]


def test_what_nobody_ever_published_is_not_an_alarm() -> None:
    """A laptop has no RDS that could be silent; but what has spoken once and stops is missed."""
    watch = Watch([ELSEWHERE, GONE])
    before = states(watch.look(points(5), now=61))
    published = points(5)
    published.add(MetricKey("AWS/RDS", "DatabaseConnections", frozenset()), at=70, value=4)

    states(watch.look(published, now=130))
    after = states(watch.look(points(), now=1000))

    assert before == {ELSEWHERE.name: NOT_MEASURED, GONE.name: State.OK}
    assert after[ELSEWHERE.name] == State.ALARM


def test_silence_begins_with_the_first_period_that_is_over() -> None:
    """Who begins to publish in the middle of a minute was not silent in those before."""
    watch, published = Watch([ELSEWHERE]), Points()
    published.add(MetricKey("AWS/RDS", "DatabaseConnections", frozenset()), at=70, value=4)

    during, after = (states(watch.look(published, now=now))[ELSEWHERE.name] for now in (100, 120))

    assert (during, after) == (NOT_MEASURED, State.OK)


def test_a_composite_alarm_follows_its_parts_and_is_kept_quiet() -> None:
    """Its state is told either way; people are not, while its suppressor is on."""
    quiet = CompositeAlarm("quiet", "Away", "it is away", "docs/runbooks/away.md", True, TOGETHER.expression, GONE.name)

    look = Watch([GONE, TOGETHER, quiet]).look(points(0), now=61)

    assert states(look) == {GONE.name: State.ALARM, "together": State.ALARM, "quiet": State.ALARM}
    assert [seen.name for seen in look.ringing] == [GONE.name, "together"]


def test_before_anything_was_synthesized_there_is_no_alarm(tmp_path: Path) -> None:
    """The platform is up before its alarms are."""
    assert kept(tmp_path / "alarms.json") == []


def test_what_was_kept_is_read_as_templates_are(tmp_path: Path) -> None:
    """The file has CloudFormation's own words."""
    properties = {
        "AlarmName": "one",
        "AlarmDescription": "somebody waits. Runbook: docs/runbooks/one.md",
        "Namespace": "Voiceplane",
        "MetricName": "FreeSlots",
        "Statistic": "Minimum",
        "ComparisonOperator": "LessThanThreshold",
        "Threshold": 1,
        "EvaluationPeriods": 2,
        "Period": 60,
    }
    file = tmp_path / "alarms.json"
    file.write_text(json.dumps({"Resources": {"A": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}}))

    [one] = kept(file)

    assert (one.name, one.meaning, one.runbook) == ("one", "somebody waits", "docs/runbooks/one.md")
