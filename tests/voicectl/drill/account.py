"""Production's alarms deployed in an account, whose notifications arrive in a queue."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from threading import Event
from time import monotonic
from typing import Any, Final

import boto3
import pytest
from moto.sns.models import sns_backends

from tests.fakes.cloudformation.account import empty_account
from tests.fakes.cloudformation.gaps import alarm_actions, alarms
from voicectl.alarms.definition import CompositeAlarm
from voicectl.drill.account import Region
from voicectl.drill.aws import Drill
from voicectl.drill.chosen import Placed, placed_alarms
from voicectl.review.templates import Assembly

REGION: Final = "us-east-1"
ACCOUNT: Final = "123456789012"
NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
PATIENCE_SECONDS: Final = 10.0


class Clock:
    """Time passes only when somebody waits; what happens meanwhile is up to the test."""

    def __init__(self) -> None:
        """Begin at nought."""
        self.seconds = 0.0
        self.meanwhile: list[Any] = []

    def __call__(self) -> float:
        """The time."""
        return self.seconds

    def pause(self, seconds: float) -> None:
        """Wait."""
        self.seconds += seconds
        for each in self.meanwhile:
            each()


class Account:
    """Everything that alarms need, with somebody who reads the notifications."""

    def __init__(self, assembly: Assembly) -> None:
        """Deploy."""
        self.placed: list[Placed] = placed_alarms(assembly)
        self.regions = {REGION: Region(REGION)}
        self.cloudwatch = boto3.client("cloudwatch", region_name=REGION)
        self._sns, self._sqs = boto3.client("sns", region_name=REGION), boto3.client("sqs", region_name=REGION)
        self.topic: str = self._sns.create_topic(Name="voiceplane-prod-alarms")["TopicArn"]
        self._queue: str = self._sqs.create_queue(QueueName="mailbox")["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:mailbox"
        self.subscription: str = self._sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn)[
            "SubscriptionArn"
        ]
        for type_ in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"):
            for _, resource in assembly.of_type(type_):
                if "Runbook:" in str(resource.properties.get("AlarmDescription", "")):
                    self.put(resource.properties)

    def put(self, properties: dict[str, Any], *, wait_seconds: int = 0) -> None:
        """Deploy one alarm; what it measures is not asked for here."""
        topics = {name: [self.topic] for name in ("AlarmActions", "OKActions") if properties.get(name)}
        about = {name: properties[name] for name in ("AlarmName", "AlarmDescription")} | topics
        if "AlarmRule" not in properties:
            measured = {"Namespace": "Voiceplane", "MetricName": "Any", "Statistic": "Sum", "Period": 60}
            self.cloudwatch.put_metric_alarm(
                **about, **measured, EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold"
            )
            return
        kept_quiet = {}
        if properties.get("ActionsSuppressor"):
            kept_quiet = {
                "ActionsSuppressor": properties["ActionsSuppressor"],
                "ActionsSuppressorWaitPeriod": wait_seconds,
                "ActionsSuppressorExtensionPeriod": 0,
            }
        self.cloudwatch.put_composite_alarm(**about, AlarmRule=properties["AlarmRule"], **kept_quiet)

    def alarm(self, name: str) -> Placed:
        """One of them, without `voiceplane-prod-`."""
        return next(each for each in self.placed if each.name == f"voiceplane-prod-{name}")

    def state(self, name: str) -> str:
        """How one is now."""
        name = f"voiceplane-prod-{name}"
        found = self.cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        return str((found["MetricAlarms"] + found["CompositeAlarms"])[0]["StateValue"])

    def set_state(self, name: str, state: str) -> None:
        """As CloudWatch's own evaluation would."""
        self.cloudwatch.set_alarm_state(AlarmName=f"voiceplane-prod-{name}", StateValue=state, StateReason="evaluated")

    def wait_seconds(self, name: str, seconds: int) -> None:
        """Let a composite alarm wait for its suppressor for so long."""
        composite = self.alarm(name).alarm
        assert isinstance(composite, CompositeAlarm)
        said = {"AlarmName": composite.name, "AlarmDescription": "x", "AlarmActions": [1], "OKActions": [1]}
        rule = {"AlarmRule": composite.expression, "ActionsSuppressor": composite.suppressor}
        self.put({**said, **rule}, wait_seconds=seconds)

    def unconfirmed(self) -> None:
        """Nobody has opened the mail yet; moto confirms at once."""
        backend = sns_backends[ACCOUNT][REGION]
        backend.subscriptions[self.subscription].arn = "PendingConfirmation"

    def also_told(self, mailbox: str) -> None:
        """Somebody else is subscribed, and confirmed long ago."""
        self._sns.subscribe(TopicArn=self.topic, Protocol="email", Endpoint=mailbox)

    def lose_topic(self) -> None:
        """What CloudWatch would publish to is gone."""
        del sns_backends[ACCOUNT][REGION].topics[self.topic]

    def arrived(self) -> list[dict[str, str]]:
        """What the subscriber got, in order, since it last looked."""
        got: list[dict[str, str]] = []
        while messages := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for each in messages:
                got.append(json.loads(json.loads(each["Body"])["Message"]))
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=each["ReceiptHandle"])
        return got


@pytest.fixture
def account(prod: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """Somebody is signed in."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    alarms.fill()
    alarm_actions.fill()
    with empty_account():
        yield Account(prod.assembly)


def drill_of(clock: Clock | None = None, *, seconds: float = PATIENCE_SECONDS) -> Drill:
    """Ada's; with real time unless a clock is given."""
    if clock is None:
        return Drill("Ada Example", monotonic, lambda: NOW, lambda _seconds: Event().wait(0.02), seconds)
    return Drill("Ada Example", clock, lambda: NOW, clock.pause, seconds)


def names(placed: Sequence[Placed]) -> list[str]:
    """Without `voiceplane-prod-`."""
    return [each.name.removeprefix("voiceplane-prod-") for each in placed]
