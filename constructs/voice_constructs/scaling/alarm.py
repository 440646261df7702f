"""The alarms that step policies act on.

Missing data never breaches. For growing that means: no news, no change, since doubling a service
does not bring its publisher back. For shrinking it means that a silent publisher is never idle.
When the newest datapoints are missing CloudWatch looks some further back ("How alarm state is
evaluated when data is missing"), so an alarm may outlive its data by minutes, not more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from voice_constructs.scaling.signal import Signal, Source, number, quiet_expression

MISSING: Final = "notBreaching"
MINUTE: Final = 60  # Container Insights and ECS publish once a minute

_Query = cloudwatch.CfnAlarm.MetricDataQueryProperty
_OPERATORS: Final = {
    ">=": "GreaterThanOrEqualToThreshold",
    ">": "GreaterThanThreshold",
    "<": "LessThanThreshold",
}
# Container Insights is a minute or two late and silent for a service that never ran: the last count
# stands until the next, and no count is none.
_RUNNING: Final = "FILL(FILL(reported, REPEAT), 0)"


@dataclass(frozen=True)
class Alarms:
    """Makes one tier's alarms.

    Attributes:
        running: The number of its running tasks, by the id `reported`.
    """

    scope: Construct
    tier: str
    running: Source

    def high(self, signal: Signal, *, name: str, action: str) -> cloudwatch.CfnAlarm:
        """Act while a signal is high."""
        return self._alarm(
            f"High{name}",
            action=action,
            alarm_description=f"{self.tier} scales out: {_said(signal)}",
            comparison_operator=_OPERATORS[signal.grows],
            threshold=signal.high,
            evaluation_periods=signal.datapoints,
            **self._watched(signal),
        )

    def quiet(self, signals: Sequence[Signal], *, seconds: int, action: str) -> cloudwatch.CfnAlarm:
        """Act while all signals have been low for long and none is missing."""
        return self._alarm(
            "Quiet",
            action=action,
            alarm_description=f"{self.tier} scales in: all its signals low for {seconds} s, none missing",
            comparison_operator=_OPERATORS[">="],
            threshold=1,
            evaluation_periods=seconds // MINUTE,
            metrics=self._queries(signals, expression=quiet_expression(signals), id_="quiet", period=MINUTE),
        )

    def _alarm(self, id_: str, *, action: str, evaluation_periods: int, **options: Any) -> cloudwatch.CfnAlarm:
        return cloudwatch.CfnAlarm(
            self.scope,
            id_,
            alarm_actions=[action],
            evaluation_periods=evaluation_periods,
            datapoints_to_alarm=evaluation_periods,
            treat_missing_data=MISSING,
            **options,
        )

    def _watched(self, signal: Signal) -> dict[str, Any]:
        period = signal.period_seconds
        if signal.counts_tasks:
            return {"metrics": self._queries([signal], expression=signal.value, id_="value", period=period)}
        if period < MINUTE:
            # As a query, since cfn-lint does not know yet that an alarm's own Period may be 20 (API: PutMetricAlarm).
            return {"metrics": [_query(signal.source, period=period, is_result=True)]}
        return _metric(signal)

    def _queries(self, signals: Sequence[Signal], *, expression: str, id_: str, period: int) -> list[_Query]:
        """Write an expression with what it needs; only its own result is data."""
        queries = [_query(source, period=period) for source in _distinct(signal.source for signal in signals)]
        if "running" in expression:
            queries.append(_query(self.running, period=period))
            queries.append(_Query(id="running", expression=_RUNNING, return_data=False))
        return [*queries, _Query(id=id_, expression=expression, return_data=True)]


def _distinct(sources: Iterable[Source]) -> list[Source]:
    return list(dict.fromkeys(sources))


def _metric(signal: Signal) -> dict[str, Any]:
    source = signal.source
    return {
        "namespace": source.namespace,
        "metric_name": source.metric,
        "dimensions": [
            cloudwatch.CfnAlarm.DimensionProperty(name=name, value=value) for name, value in source.dimensions
        ],
        "statistic": source.statistic,
        "unit": source.unit,
        "period": signal.period_seconds,
    }


def _query(source: Source, *, period: int, is_result: bool = False) -> _Query:
    metric = cloudwatch.CfnAlarm.MetricProperty(
        namespace=source.namespace,
        metric_name=source.metric,
        dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name=name, value=value) for name, value in source.dimensions],
    )
    stat = cloudwatch.CfnAlarm.MetricStatProperty(metric=metric, period=period, stat=source.statistic, unit=source.unit)
    return _Query(id=source.id, metric_stat=stat, return_data=is_result)


def _said(signal: Signal) -> str:
    source = signal.source
    limit = f"{signal.grows} {number(signal.high)} {source.unit}"
    return f"{source.statistic} {source.metric} over {signal.period_seconds} s as {signal.value} {limit}"
