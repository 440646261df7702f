"""An alarm as its template defines it: nothing here knows what it is about."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast

from voicectl.review.templates import Assembly, Properties

Missing = Literal["breaching", "notBreaching", "ignore", "missing"]
RUNBOOK = re.compile(r"^(?P<meaning>.*)\. Runbook: (?P<path>\S+)$", re.DOTALL)
RULE_TAG = "voiceplane:rule"


@dataclass(frozen=True)
class MetricKey:
    """One metric.

    Attributes:
        dimensions: Pairs of name and value; for a value that AWS only knows once it is deployed stands the
            reference to it, as JSON.
    """

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Query:
    """One line of an alarm's metrics: a statistic of a metric, or an expression over the others."""

    id: str
    metric: MetricKey | None = None
    statistic: str = ""
    expression: str = ""


@dataclass(frozen=True)
class MetricAlarm:
    """An `AWS::CloudWatch::Alarm`.

    Attributes:
        rule: The row of the tables in `voice_constructs.alarms` that it was made of.
        watched: Id of the query that the threshold is about.
        periods: So many datapoints are looked at; `datapoints` of them must be over the threshold.
    """

    name: str
    rule: str
    meaning: str
    runbook: str
    tells: bool
    queries: tuple[Query, ...]
    watched: str
    comparison: str
    threshold: float
    period_seconds: int
    periods: int
    datapoints: int
    missing: Missing


@dataclass(frozen=True)
class CompositeAlarm:
    """An `AWS::CloudWatch::CompositeAlarm`.

    Attributes:
        rule: As of a `MetricAlarm`.
        expression: Over other alarms' names.
        suppressor: The alarm during which nobody is told; empty where there is none.
    """

    name: str
    rule: str
    meaning: str
    runbook: str
    tells: bool
    expression: str
    suppressor: str


Alarm = MetricAlarm | CompositeAlarm


def alarms_of(assembly: Assembly) -> list[Alarm]:
    """Every alarm that has a runbook, in the order of the templates; those that only scale have none."""
    return [*_metric_alarms(assembly), *_composites(assembly)]


def _metric_alarms(assembly: Assembly) -> Iterator[MetricAlarm]:
    for _, resource in assembly.of_type("AWS::CloudWatch::Alarm"):
        properties = resource.properties
        about = RUNBOOK.match(str(properties.get("AlarmDescription", "")))
        if about:
            yield _metric_alarm(properties, meaning=about["meaning"], runbook=about["path"])


def _metric_alarm(properties: Properties, *, meaning: str, runbook: str) -> MetricAlarm:
    queries, watched = _queries(properties)
    periods = int(properties["EvaluationPeriods"])
    return MetricAlarm(
        name=properties["AlarmName"],
        rule=_rule(properties),
        meaning=meaning,
        runbook=runbook,
        tells=tells_somebody(properties),
        queries=queries,
        watched=watched,
        comparison=properties["ComparisonOperator"],
        threshold=float(properties["Threshold"]),
        period_seconds=_period(properties),
        periods=periods,
        datapoints=int(properties.get("DatapointsToAlarm", periods)),
        missing=cast(Missing, properties.get("TreatMissingData", "missing")),
    )


def tells_somebody(properties: Properties) -> bool:
    """Whether it does anything when it goes on: one with its actions switched off has them still."""
    return properties.get("ActionsEnabled", True) is not False and bool(properties.get("AlarmActions"))


def _composites(assembly: Assembly) -> Iterator[CompositeAlarm]:
    for _, resource in assembly.of_type("AWS::CloudWatch::CompositeAlarm"):
        properties = resource.properties
        about = RUNBOOK.match(str(properties.get("AlarmDescription", "")))
        if about:
            yield CompositeAlarm(
                name=properties["AlarmName"],
                rule=_rule(properties),
                meaning=about["meaning"],
                runbook=about["path"],
                tells=tells_somebody(properties),
                expression=properties["AlarmRule"],
                suppressor=properties.get("ActionsSuppressor", ""),
            )


def _queries(properties: Properties) -> tuple[tuple[Query, ...], str]:
    if "Metrics" not in properties:
        statistic = properties.get("ExtendedStatistic") or properties["Statistic"]
        key = _key(properties["Namespace"], properties["MetricName"], properties.get("Dimensions", []))
        return (Query("m", key, statistic),), "m"
    queries, watched = [], ""
    for each in properties["Metrics"]:
        stat = each.get("MetricStat")
        if stat:
            metric = stat["Metric"]
            key = _key(metric["Namespace"], metric["MetricName"], metric.get("Dimensions", []))
            queries.append(Query(each["Id"], key, stat["Stat"]))
        else:
            queries.append(Query(each["Id"], expression=each["Expression"]))
        watched = each["Id"] if each.get("ReturnData", True) else watched
    return tuple(queries), watched


def _key(namespace: str, name: str, dimensions: list[dict[str, Any]]) -> MetricKey:
    return MetricKey(namespace, name, frozenset((each["Name"], _text(each["Value"])) for each in dimensions))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))


def _rule(properties: Properties) -> str:
    return next((each["Value"] for each in properties.get("Tags", []) if each["Key"] == RULE_TAG), "")


def _period(properties: Properties) -> int:
    if "Metrics" not in properties:
        return int(properties["Period"])
    return max(int(each["MetricStat"]["Period"]) for each in properties["Metrics"] if "MetricStat" in each)
