"""The alarms that people are told of: condition, what silence means, and which runbook leads out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from voicectl.review.services import ALARM, OPERATORS
from voicectl.review.templates import Assembly, Properties, Resource

COMPOSITE: Final = "AWS::CloudWatch::CompositeAlarm"
RUNBOOK: Final = re.compile(r"\s*Runbook: (?P<path>docs/runbooks/\S+\.md)\s*$")
SILENCE: Final = {
    "breaching": "is a fault",
    "notBreaching": "is fine",
    "ignore": "keeps the state",
    "missing": "is unknown",
}


@dataclass(frozen=True, order=True)
class Alarm:
    """One alarm.

    Attributes:
        condition: `Sum ProtectionRefused ≥ 1 in 1 of 1 min`, or a composite's rule.
        silence: What missing data means.
        runbook: From the end of its description, empty if nothing is said there.
        action_count: How many are told when it goes on.
    """

    name: str
    condition: str
    silence: str
    meaning: str
    runbook: str
    action_count: int


def alarms_of(assembly: Assembly) -> list[Alarm]:
    """Every alarm with a name; those that only move a task count are the services' signals."""
    return sorted(
        _alarm(resource)
        for _, resource in assembly.resources()
        if resource.type in (ALARM, COMPOSITE) and "AlarmName" in resource.properties
    )


def _alarm(resource: Resource) -> Alarm:
    properties = resource.properties
    described = str(properties.get("AlarmDescription", ""))
    runbook = RUNBOOK.search(described)
    composite = resource.type == COMPOSITE
    return Alarm(
        name=str(properties["AlarmName"]),
        condition=_rule(properties) if composite else _condition(properties),
        silence="–" if composite else SILENCE[properties.get("TreatMissingData", "missing")],
        meaning=RUNBOOK.sub("", described),
        runbook=runbook["path"] if runbook else "",
        action_count=len(properties.get("AlarmActions", [])) if properties.get("ActionsEnabled", True) else 0,
    )


def _rule(properties: Properties) -> str:
    rule = properties.get("AlarmRule", "")
    text = rule if isinstance(rule, str) else "".join(_literals(rule))
    return re.sub(r"\s+", " ", text)


def _literals(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _literals(part)
    elif isinstance(value, dict):
        named = value.get("Ref") or (value.get("Fn::GetAtt") or [None])[0]
        yield from [named] if named else _literals(next(iter(value.values()))[1])


def _condition(properties: Properties) -> str:
    operator = OPERATORS.get(str(properties.get("ComparisonOperator")), str(properties.get("ComparisonOperator")))
    limit = f"{operator} {properties['Threshold']:g}" if "Threshold" in properties else operator
    times = properties.get("EvaluationPeriods", 1)
    points = properties.get("DatapointsToAlarm", times)
    period = _period(properties)
    length = f"{period // 60} min" if period % 60 == 0 else f"{period} s"
    return f"{_metric(properties)} {limit} in {points} of {times} × {length}"


def _metric(properties: Properties) -> str:
    queries = properties.get("Metrics", [])
    if queries:
        answer = next((each for each in queries if each.get("ReturnData", True)), queries[-1])
        if "Expression" in answer:
            return str(answer.get("Label") or answer["Expression"])
        return f"{answer['MetricStat']['Stat']} {answer['MetricStat']['Metric']['MetricName']}"
    return (
        f"{properties.get('ExtendedStatistic') or properties.get('Statistic', '')} {properties.get('MetricName', '')}"
    )


def _period(properties: Properties) -> int:
    periods = [each["MetricStat"]["Period"] for each in properties.get("Metrics", []) if "MetricStat" in each]
    return int(max(periods, default=0) or properties.get("Period", 60))
