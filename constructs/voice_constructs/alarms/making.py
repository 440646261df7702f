"""CloudWatch's alarms, made of the tables' rows and told to one topic."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from aws_cdk import CfnTag
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as events_targets
from aws_cdk import aws_sns as sns
from constructs import Construct

from contract.aws_metrics import AwsMetric
from contract.metrics import NAMESPACE, Metric
from voice_constructs.alarms.rule import AlarmRule, Composite, Severity
from voice_constructs.alarms.services import ANSWERING_TOGETHER, EVENTS, ROUTE, ROUTE_TOGETHER, answering_rules

OPERATORS: Final = {">": "GreaterThanThreshold", ">=": "GreaterThanOrEqualToThreshold", "<": "LessThanThreshold"}
RULE_TAG, SEVERITY_TAG = "voiceplane:rule", "voiceplane:severity"
# ECS tells of a deployment before the first task of it stops, CloudWatch counts it a minute or two later; and the last
# targets settle after ECS has said that it is over.
WAIT_SECONDS, EXTENSION_SECONDS = 180, 120
# CloudWatch takes a value that is missing for 0 in some expressions and drops the whole datapoint in others, so that
# both are filled before they meet; the floor keeps the divisor from being 0.
SHARE: Final = "100 * part / IF(whole < {at_least}, {at_least}, whole)"

_Query = cloudwatch.CfnAlarm.MetricDataQueryProperty


class Alarms(Construct):
    """Alarms of one part of the platform, all told to one topic.

    Attributes:
        telling: ARNs of the alarms made so far that tell people, by severity, for the dashboard.
    """

    def __init__(self, scope: Construct, id_: str, *, prefix: str, topic: sns.ITopic) -> None:
        """Begin a part.

        Args:
            prefix: First part of the alarms' names, `voiceplane-prod`.
        """
        super().__init__(scope, id_)
        self._prefix, self._topic = prefix, topic
        self._made: dict[str, Construct] = {}
        self.telling: dict[Severity, list[str]] = {"critical": [], "warning": []}

    def add(self, rules: Iterable[AlarmRule], *, dimensions: Mapping[str, str], of: str = "") -> None:
        """Add a table of alarms about one thing.

        Args:
            dimensions: The metrics' dimensions, all of them and perhaps more.
            of: What the alarms are about, first part of their ids: `Api`, `CeleryVoice`.
        """
        for rule in rules:
            id_ = f"{of}{rule.id}"
            alarm = cloudwatch.CfnAlarm(
                self,
                id_,
                alarm_name=f"{self._prefix}-{id_}",
                evaluation_periods=rule.periods,
                datapoints_to_alarm=rule.datapoints or rule.periods,
                threshold=rule.threshold,
                comparison_operator=OPERATORS[rule.comparison],
                treat_missing_data=rule.missing,
                **_watched(rule, dimensions),
                **_described(rule),
                **(self._actions() if rule.tells else {}),
            )
            self._keep(alarm, id_, severity=rule.severity if rule.tells else None)

    def combine(self, composites: Iterable[Composite], *, of: str = "") -> None:
        """Add composite alarms of alarms that were added before, about the same thing."""
        for composite in composites:
            id_, parts = f"{of}{composite.id}", [f"{of}{part}" for part in composite.any_of]
            alarm = cloudwatch.CfnCompositeAlarm(
                self,
                id_,
                alarm_name=f"{self._prefix}-{id_}",
                alarm_rule=" OR ".join(f'ALARM("{self._prefix}-{part}")' for part in parts),
                **_described(composite),
                **self._actions(),
                **self._suppressed(composite),
            )
            # By name, which reads better than an ARN; so the order must be said.
            alarm.node.add_dependency(*(self._made[part] for part in (*parts, composite.unless) if part))
            self._keep(alarm, id_, severity=composite.severity)

    def add_route(self, dimensions: Mapping[str, str], *, of: str, slow_seconds: float | None = None) -> None:
        """Add what is watched of a target group behind a load balancer; deployments must be known already.

        Args:
            slow_seconds: At which scaling adds tasks; None where connections stay open, so that time says nothing.
        """
        answering = answering_rules(slow_seconds=slow_seconds) if slow_seconds else ()
        self.add([*ROUTE, *answering], dimensions=dimensions, of=of)
        self.combine(ANSWERING_TOGETHER if answering else ROUTE_TOGETHER, of=of)

    def add_events(self, *, clusters: Sequence[str]) -> None:
        """Tell of what ECS says about services of some clusters, and alarm on it.

        Args:
            clusters: Physical names.
        """
        for detail_type, names, rule in EVENTS:
            seen = events.Rule(
                self,
                f"{rule.id}Event",
                rule_name=f"{self._prefix}-{rule.id}",
                event_pattern=events.EventPattern(
                    source=["aws.ecs"],
                    detail_type=[detail_type],
                    detail={"eventName": list(names)},
                    resources=events.Match.any_of(*[events.Match.wildcard(f"*:service/{name}/*") for name in clusters]),
                ),
                # The alarm says that it happened; the event itself says to whom, and why.
                targets=[events_targets.SnsTopic(self._topic)] if rule.tells else [],
            )
            self.add([rule], dimensions={"RuleName": seen.rule_name})

    def _actions(self) -> dict[str, Any]:
        return {"alarm_actions": [self._topic.topic_arn], "ok_actions": [self._topic.topic_arn]}

    def _suppressed(self, composite: Composite) -> dict[str, Any]:
        if not composite.unless:
            return {}
        return {
            "actions_suppressor": f"{self._prefix}-{composite.unless}",
            "actions_suppressor_wait_period": WAIT_SECONDS,
            "actions_suppressor_extension_period": EXTENSION_SECONDS,
        }

    def _keep(
        self,
        alarm: cloudwatch.CfnAlarm | cloudwatch.CfnCompositeAlarm,
        id_: str,
        *,
        severity: Severity | None,
    ) -> None:
        self._made[id_] = alarm
        if severity is not None:
            self.telling[severity].append(alarm.attr_arn)


def _described(rule: AlarmRule | Composite) -> dict[str, Any]:
    return {
        "alarm_description": f"{rule.meaning}. Runbook: {rule.runbook}",
        "tags": [CfnTag(key=RULE_TAG, value=rule.id), CfnTag(key=SEVERITY_TAG, value=rule.severity)],
    }


def _watched(rule: AlarmRule, dimensions: Mapping[str, str]) -> dict[str, Any]:
    """The value: a metric, or a share of two."""
    seconds = 60 * rule.period_minutes
    if rule.share_of is None:
        return {
            **_metric(rule.metric, dimensions),
            **_statistic(rule.statistic),
            "unit": _unit(rule.metric, rule.statistic),
            "period": seconds,
        }
    share = SHARE.format(at_least=rule.at_least)
    return {
        "metrics": [
            _query("failed", rule.metric, rule.statistic, dimensions, seconds=seconds),
            _query("asked", rule.share_of, rule.statistic, dimensions, seconds=seconds),
            _Query(id="part", expression="FILL(failed, 0)", return_data=False),
            _Query(id="whole", expression="FILL(asked, 0)", return_data=False),
            _Query(id="share", expression=share, return_data=True),
        ]
    }


def _query(
    id_: str, metric: Metric | AwsMetric, statistic: str, dimensions: Mapping[str, str], *, seconds: int
) -> _Query:
    measured = cloudwatch.CfnAlarm.MetricProperty(**_metric(metric, dimensions))
    stat = cloudwatch.CfnAlarm.MetricStatProperty(
        metric=measured, period=seconds, stat=statistic, unit=_unit(metric, statistic)
    )
    return _Query(id=id_, metric_stat=stat, return_data=False)


def _metric(metric: Metric | AwsMetric, dimensions: Mapping[str, str]) -> dict[str, Any]:
    return {
        "namespace": metric.namespace if isinstance(metric, AwsMetric) else NAMESPACE,
        "metric_name": metric.name,
        "dimensions": [
            cloudwatch.CfnAlarm.DimensionProperty(name=name, value=dimensions[name]) for name in metric.dimensions
        ],
    }


def _unit(metric: Metric | AwsMetric, statistic: str) -> str | None:
    """Ours is the one that we publish; AWS's are not promised for each service."""
    return None if isinstance(metric, AwsMetric) or statistic == "SampleCount" else metric.unit


def _statistic(statistic: str) -> dict[str, Any]:
    return {"extended_statistic": statistic} if statistic.startswith("p") else {"statistic": statistic}
