"""Alarms, and the topic that tells people of them.

An alarm is one line of a table: a metric of the contract, when it is too much, and for how
long. The spine is here; the full set comes into the same tables, each with its runbook.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as events_targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from contract import aws_metrics as aws
from contract import metrics as voice
from contract.metrics import NAMESPACE, Metric

OPERATORS: Final = {">": "GreaterThanThreshold", ">=": "GreaterThanOrEqualToThreshold", "<": "LessThanThreshold"}


@dataclass(frozen=True)
class AlarmRule:
    """When a metric means that somebody must look.

    Attributes:
        statistic: Over one minute, such as `Average` or `p95`.
        minutes: All of them must be over the threshold.
        missing: What no data means; `breaching` where silence is itself the fault.
    """

    id: str
    metric: Metric | aws.AwsMetric
    statistic: str
    comparison: Literal[">", ">=", "<"]
    threshold: float
    minutes: int
    missing: Literal["breaching", "notBreaching", "ignore"]
    meaning: str


PLATFORM: Final = (
    AlarmRule("ProtectionRefused", voice.PROTECTION_REFUSED, "Sum", ">=", 1, 1, "notBreaching",
              "ECS refused scale-in protection: live calls may be cut"),
    AlarmRule("RoomsWithoutAgent", voice.ROOMS_WITHOUT_AGENT, "Maximum", ">", 0, 3, "notBreaching",
              "callers wait in rooms that no agent has joined"),
    AlarmRule("SignalsSilent", voice.SESSION_UTILIZATION, "SampleCount", "<", 1, 3, "breaching",
              "the supervisor publishes nothing: the fleet cannot scale in, and is blind"),
    AlarmRule("SessionsStuck", voice.SESSIONS_STUCK, "Maximum", ">", 0, 10, "notBreaching",
              "sessions are active in the record and nowhere else"),
    AlarmRule("OutboxWait", voice.OUTBOX_WAIT, "Maximum", ">", 120, 5, "notBreaching",
              "work that must happen is not handed to the broker"),
)  # fmt: skip
POOL: Final = (
    AlarmRule("QueueWait", voice.QUEUE_WAIT, "Maximum", ">", 300, 5, "breaching",
              "the oldest message of a pool waits for more than five minutes, or nobody counts"),
    AlarmRule("QueueDepth", voice.QUEUE_DEPTH, "Maximum", ">", 1000, 5, "notBreaching",
              "a pool's backlog is over 1,000 (seed S183)"),
)  # fmt: skip
MEDIA: Final = (
    AlarmRule("NodeNotReady", voice.NODE_NOT_READY, "Maximum", ">=", 1, 2, "notBreaching",
              "a LiveKit node answers 406: it has lost Valkey"),
    AlarmRule("PacketLoss", voice.PACKET_LOSS, "Average", ">", 2, 3, "notBreaching",
              "callers hear gaps: more than 2 % of packets are lost (seed S187)"),
)  # fmt: skip
HTTP_TARGETS: Final = (
    AlarmRule("Unhealthy", aws.ALB_UNHEALTHY, "Maximum", ">", 0, 5, "notBreaching",
              "a target does not answer its load balancer"),
    AlarmRule("ServerErrors", aws.ALB_SERVER_ERRORS, "Sum", ">", 20, 3, "notBreaching",
              "more than 20 answers a minute are server errors"),
)  # fmt: skip
TURN_TARGETS: Final = (
    AlarmRule("Unhealthy", aws.NLB_UNHEALTHY, "Maximum", ">", 0, 5, "notBreaching",
              "a node does not answer TURN's load balancer"),
)  # fmt: skip
CACHE: Final = (
    AlarmRule("Cpu", aws.CACHE_CPU, "Average", ">", 70, 5, "breaching", "Valkey's one thread is nearly full, or gone"),
    AlarmRule("Memory", aws.CACHE_MEMORY, "Maximum", ">", 75, 5, "breaching", "Valkey runs out of memory, or is gone"),
    AlarmRule("Evictions", aws.CACHE_EVICTIONS, "Sum", ">", 0, 1, "notBreaching", "Valkey throws live state away"),
)  # fmt: skip
DEAD_LETTERS: Final = (
    AlarmRule("DeadLetters", aws.QUEUE_VISIBLE, "Maximum", ">", 0, 1, "notBreaching",
              "a session.completed message could not be used by its receiver"),
)  # fmt: skip
EVENTS: Final = {
    "DeploymentFailed": (
        {"detail-type": ["ECS Deployment State Change"], "eventName": ["SERVICE_DEPLOYMENT_FAILED"]},
        "a deployment failed and the circuit breaker rolls it back",
    ),
    "TasksImpaired": (
        {
            "detail-type": ["ECS Service Action"],
            "eventName": ["SERVICE_TASK_START_IMPAIRED", "SERVICE_TASK_PLACEMENT_FAILURE"],
        },
        "a service cannot start or place its tasks",
    ),
}


def database_rules(*, max_connections: int, storage_gib: int) -> tuple[AlarmRule, ...]:
    """The database's alarms, whose limits come from its own section."""
    low_bytes = storage_gib * 1024**3 / 10
    return (
        AlarmRule("Cpu", aws.DATABASE_CPU, "Average", ">", 80, 10, "breaching", "the database is busy, or gone"),
        AlarmRule("Connections", aws.DATABASE_CONNECTIONS, "Maximum", ">", 0.8 * max_connections, 5, "breaching",
                  "over 80 % of the connections are used"),
        AlarmRule("Storage", aws.DATABASE_FREE_STORAGE, "Minimum", "<", low_bytes, 5, "breaching",
                  "less than a tenth of the storage is free"),
    )  # fmt: skip


class AlarmTopic(Construct):
    """Where alarms go: an encrypted topic and a mailbox.

    Attributes:
        topic: For alarms, events and budgets.
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, email: str) -> None:
        """Make it.

        Args:
            email: Must confirm the subscription once.
        """
        super().__init__(scope, id_)
        key = kms.Key(self, "Key", enable_key_rotation=True, description=f"messages of {name}")
        for service in ("cloudwatch", "events", "budgets"):
            key.grant(iam.ServicePrincipal(f"{service}.amazonaws.com"), "kms:Decrypt", "kms:GenerateDataKey*")
        self.topic = sns.Topic(self, "Topic", topic_name=name, master_key=key, enforce_ssl=True)
        for service in ("cloudwatch", "budgets"):
            self.topic.grant_publish(iam.ServicePrincipal(f"{service}.amazonaws.com"))
        self.topic.add_subscription(subscriptions.EmailSubscription(email))


class Alarms(Construct):
    """Alarms of one part of the platform, all told to one topic.

    Attributes:
        arns: Of the alarms made so far, for the dashboard.
    """

    def __init__(self, scope: Construct, id_: str, *, prefix: str, topic: sns.ITopic) -> None:
        """Begin a part.

        Args:
            prefix: First part of the alarms' names, `voiceplane-prod-`.
        """
        super().__init__(scope, id_)
        self._prefix, self._topic = prefix, topic
        self.arns: list[str] = []

    def add(self, rules: Sequence[AlarmRule], *, dimensions: Mapping[str, str], of: str = "") -> None:
        """Add a table of alarms about one thing.

        Args:
            dimensions: The metrics' dimensions, all of them.
            of: What the alarms are about, part of their ids: `Api`, `PoolVoice`.
        """
        for rule in rules:
            alarm = cloudwatch.CfnAlarm(
                self,
                f"{of}{rule.id}",
                alarm_name=f"{self._prefix}-{of}{rule.id}",
                alarm_description=rule.meaning,
                namespace=rule.metric.namespace if isinstance(rule.metric, aws.AwsMetric) else NAMESPACE,
                metric_name=rule.metric.name,
                dimensions=[_dimension(name, dimensions[name]) for name in rule.metric.dimensions],
                unit=None
                if isinstance(rule.metric, aws.AwsMetric) or rule.statistic == "SampleCount"
                else rule.metric.unit,
                period=60,
                evaluation_periods=rule.minutes,
                datapoints_to_alarm=rule.minutes,
                threshold=rule.threshold,
                comparison_operator=OPERATORS[rule.comparison],
                treat_missing_data=rule.missing,
                alarm_actions=[self._topic.topic_arn],
                ok_actions=[self._topic.topic_arn],
                **_statistic(rule.statistic),
            )
            self.arns.append(alarm.attr_arn)

    def add_events(self, *, clusters: Sequence[str]) -> None:
        """Tell of what ECS says about services of some clusters, and alarm on it.

        Args:
            clusters: Physical names.
        """
        for id_, (pattern, meaning) in EVENTS.items():
            rule = events.Rule(
                self,
                f"{id_}Event",
                rule_name=f"{self._prefix}-{id_}",
                event_pattern=events.EventPattern(
                    source=["aws.ecs"],
                    detail_type=pattern["detail-type"],
                    detail={"eventName": pattern["eventName"]},
                    resources=events.Match.any_of(*[events.Match.wildcard(f"*:service/{name}/*") for name in clusters]),
                ),
                targets=[events_targets.SnsTopic(self._topic)],
            )
            triggered = AlarmRule(id_, aws.RULE_TRIGGERED, "Sum", ">=", 1, 1, "notBreaching", meaning)
            self.add([triggered], dimensions={"RuleName": rule.rule_name})


def _dimension(name: str, value: str) -> cloudwatch.CfnAlarm.DimensionProperty:
    return cloudwatch.CfnAlarm.DimensionProperty(name=name, value=value)


def _statistic(statistic: str) -> dict[str, Any]:
    return {"extended_statistic": statistic} if statistic.startswith("p") else {"statistic": statistic}
