"""An alarm's line says when it goes on, what silence means and where to read on."""

from typing import Any

from tests.voicectl.review.small import assembly_of
from voicectl.review.alarms import Alarm, alarms_of


def one(type_: str = "AWS::CloudWatch::Alarm", **properties: Any) -> Alarm:
    """The one alarm of a template."""
    [found] = alarms_of(assembly_of({"Alarm": {"Type": type_, "Properties": {"AlarmName": "a", **properties}}}))
    return found


def test_the_runbook_is_the_end_of_the_description() -> None:
    """The meaning stays, the path is a column of its own."""
    alarm = one(
        AlarmDescription="callers wait in rooms. Runbook: docs/runbooks/rooms-without-agent.md",
        MetricName="RoomsWithoutAgent", Statistic="Maximum", ComparisonOperator="GreaterThanThreshold",
        Threshold=0, EvaluationPeriods=3, DatapointsToAlarm=2, Period=60, TreatMissingData="breaching",
        AlarmActions=["arn"],
    )  # fmt: skip

    assert alarm == Alarm(
        name="a",
        condition="Maximum RoomsWithoutAgent > 0 in 2 of 3 × 1 min",
        silence="is a fault",
        meaning="callers wait in rooms.",
        runbook="docs/runbooks/rooms-without-agent.md",
        action_count=1,
    )


def test_an_alarm_without_runbook_says_so() -> None:
    """Empty, so that every form can mark it."""
    assert (
        one(AlarmDescription="look", MetricName="M", Threshold=1, ComparisonOperator="LessThanThreshold").runbook == ""
    )


def test_metric_math_is_shown_by_what_it_answers() -> None:
    """The queries behind it are in the template."""
    queries = [
        {
            "Id": "a",
            "MetricStat": {"Metric": {"MetricName": "Errors"}, "Period": 300, "Stat": "Sum"},
            "ReturnData": False,
        },
        {"Id": "e", "Expression": "100 * a / b", "Label": "error percent"},
    ]

    alarm = one(Metrics=queries, Threshold=5, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=3)

    assert alarm.condition == "error percent > 5 in 3 of 3 × 5 min"


def test_a_composite_shows_its_rule() -> None:
    """Its own data are other alarms' states."""
    rule = {"Fn::Join": ["", ["ALARM(", {"Ref": "First"}, ") AND NOT ALARM(", {"Fn::GetAtt": ["Second", "Arn"]}, ")"]]}

    alarm = one("AWS::CloudWatch::CompositeAlarm", AlarmRule=rule, AlarmActions=["arn"])

    assert (alarm.condition, alarm.silence) == ("ALARM(First) AND NOT ALARM(Second)", "–")


def test_an_alarm_that_only_scales_is_no_alarm_for_people() -> None:
    """It has no name; the services' table shows it as a signal."""
    template = {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "M"}}}

    assert alarms_of(assembly_of(template)) == []


def test_a_silenced_alarm_tells_nobody() -> None:
    """Actions that are switched off are none."""
    assert one(MetricName="M", AlarmActions=["arn"], ActionsEnabled=False).action_count == 0
