"""What the templates define is read whole: nothing is left out, and everything can be evaluated."""

import pytest

from tests.synthesis import Synthesis
from voicectl.alarms.definition import CompositeAlarm, MetricAlarm, alarms_of
from voicectl.alarms.points import Points
from voicectl.alarms.states import State, combined, evaluated


def test_every_alarm_with_a_runbook_is_read(synthesis: Synthesis) -> None:
    """As many as the templates have."""
    described = [
        resource.properties["AlarmName"]
        for type_ in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
        for _, resource in synthesis.assembly.of_type(type_)
        if "Runbook:" in str(resource.properties.get("AlarmDescription"))
    ]

    assert sorted(alarm.name for alarm in alarms_of(synthesis.assembly)) == sorted(described)
    assert len(described) >= 30


def test_every_alarm_can_be_evaluated(synthesis: Synthesis) -> None:
    """With nothing published, those are on whose silence is the fault, and no other."""
    alarms = alarms_of(synthesis.assembly)
    states = {
        alarm.name: evaluated(alarm, Points(), now=1_000_000, before=State.INSUFFICIENT_DATA)
        for alarm in alarms
        if isinstance(alarm, MetricAlarm)
    }

    on = {name for name, state in states.items() if state is State.ALARM}
    silence = {alarm.name for alarm in alarms if isinstance(alarm, MetricAlarm) and alarm.missing == "breaching"}
    assert on == silence
    for alarm in alarms:
        if isinstance(alarm, CompositeAlarm):
            assert combined(alarm, states) in State


def test_an_alarm_says_which_rule_it_comes_from(prod: Synthesis) -> None:
    """Its name has the rule's after what it is about; a rehearsal of the rule is one of the alarm."""
    alarms = alarms_of(prod.assembly)

    assert [alarm.name for alarm in alarms if not alarm.rule or not alarm.name.endswith(alarm.rule)] == []
    assert len({alarm.rule for alarm in alarms}) < len(alarms)


def test_things_that_only_aws_can_name_are_told_apart(prod: Synthesis) -> None:
    """Two load balancers have the same metrics; only the reference to each says whose it is."""
    watched = {
        alarm.name: query.metric
        for alarm in alarms_of(prod.assembly)
        if isinstance(alarm, MetricAlarm) and alarm.rule == "WithoutTargets"
        for query in alarm.queries
    }

    assert len(watched) == len(set(watched.values())) == 4


@pytest.mark.parametrize("part", ["ProviderErrors", "DatabaseAway", "NodeFull", "SessionsStuck", "QueueDepth"])
def test_the_seeds_incidents_have_their_alarms(part: str, prod: Synthesis) -> None:
    """Each tells people, and leads to its page."""
    found = [alarm for alarm in alarms_of(prod.assembly) if part in alarm.name]

    assert found
    assert all(alarm.tells and alarm.runbook.startswith("docs/runbooks/") for alarm in found)
