"""CloudWatch and SNS, as a drill uses them."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from voicectl.drill.errors import AccountSilent

SIGN_IN: Final = "sign in first, such as by `aws sso login`"
DENIED: Final = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException")
EXPIRED: Final = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException")
FORBIDDEN: Final = 403
PENDING: Final = "PendingConfirmation"
NAMES_AT_ONCE: Final = 100  # DescribeAlarms takes no more
SUCCEEDED: Final = "Succeeded"
NEW_STATE: Final = re.compile(r"NewStateValue[^A-Z]*([A-Z_]+)")  # in a message in JSON in JSON


@dataclass(frozen=True)
class Standing:
    """An alarm as the account has it.

    Attributes:
        topics: The SNS topics that are told when it goes on; none where its actions are turned off.
        topics_over: Those told when it is well again.
        suppressor: The ARN or name of the alarm that keeps it quiet; empty where there is none.
        quiet_seconds: How long it may wait for its suppressor before it tells.
    """

    name: str
    type: str
    state: str
    topics: tuple[str, ...]
    topics_over: tuple[str, ...]
    suppressor: str
    quiet_seconds: int

    @property
    def is_on(self) -> bool:
        """Whether it is in ALARM."""
        return self.state == "ALARM"


class Action(NamedTuple):
    """What CloudWatch did because an alarm changed.

    Attributes:
        topic: Who was told, or what else it was that was done.
        state: That the alarm had changed to; empty where the item does not say.
        error: Why it failed; empty when it was done.
    """

    at: datetime
    topic: str
    state: str
    error: str


class People(NamedTuple):
    """Who is subscribed to a topic."""

    confirmed: tuple[str, ...]
    pending: tuple[str, ...]


class Region:
    """One region of the account."""

    def __init__(self, name: str, *, client: Callable[..., Any] = boto3.client) -> None:
        """Nothing is asked yet."""
        self.name, self._client = name, client

    @cached_property
    def _cloudwatch(self) -> Any:
        return self._client("cloudwatch", region_name=self.name)

    def account(self) -> str:
        """The number of the account that somebody is signed in to."""
        with asked("sts"):
            return str(self._client("sts", region_name=self.name).get_caller_identity()["Account"])

    def standing(self, names: Sequence[str]) -> dict[str, Standing]:
        """Those of the alarms that are deployed."""
        found: list[Standing] = []
        with asked("cloudwatch"):
            for begin in range(0, len(names), NAMES_AT_ONCE):
                pages = self._cloudwatch.get_paginator("describe_alarms").paginate(
                    AlarmNames=list(names[begin : begin + NAMES_AT_ONCE]), AlarmTypes=["MetricAlarm", "CompositeAlarm"]
                )
                for page in pages:
                    found += [_standing(each, "MetricAlarm") for each in page.get("MetricAlarms", [])]
                    found += [_standing(each, "CompositeAlarm") for each in page.get("CompositeAlarms", [])]
        return {each.name: each for each in found}

    def set_state(self, name: str, state: str, *, reason: str) -> None:
        """Set an alarm by hand; CloudWatch's next evaluation says again how it is."""
        with asked("cloudwatch"):
            self._cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason=reason)

    def actions(self, alarm: Standing) -> list[Action]:
        """What CloudWatch did lately because of an alarm, the newest first."""
        with asked("cloudwatch"):
            answer = self._cloudwatch.describe_alarm_history(
                AlarmName=alarm.name,
                AlarmTypes=[alarm.type],  # without it, a composite alarm's history is empty
                HistoryItemType="Action",
                ScanBy="TimestampDescending",
                MaxRecords=20,
            )
        return [_action(item) for item in answer["AlarmHistoryItems"]]

    def people(self, topic: str) -> People:
        """Who gets what is published to a topic."""
        with asked("sns"):
            client = self._client("sns", region_name=topic.split(":")[3])
            pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
            known = [each for page in pages for each in page["Subscriptions"]]
        return People(
            tuple(each["Endpoint"] for each in known if each["SubscriptionArn"].startswith("arn:")),
            tuple(each["Endpoint"] for each in known if each["SubscriptionArn"] == PENDING),
        )


@contextmanager
def asked(service: str) -> Iterator[None]:
    """Whatever AWS refuses is said with what to do.

    Args:
        service: As permissions call it.

    Raises:
        AccountSilent: Nobody is signed in, AWS does not answer, or it does not allow this.
    """
    try:
        yield
    except ClientError as refused:
        raise AccountSilent(_said(refused, service)) from None
    except NoCredentialsError:
        raise AccountSilent(f"nobody is signed in to AWS; {SIGN_IN}") from None
    except BotoCoreError as silent:
        raise AccountSilent(f"AWS cannot be asked: {silent}; look at the network, and {SIGN_IN}") from None


def _said(refused: ClientError, service: str) -> str:
    code, said = refused.response["Error"]["Code"], refused.response["Error"].get("Message", "")
    operation = f"{service}:{refused.operation_name}"
    if code in EXPIRED:
        return f"AWS does not know who asks for {operation}: {said}; {SIGN_IN}"
    if refused.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == FORBIDDEN or code in DENIED:
        return f"AWS refuses {operation}: {said}; ask whoever keeps the account for that permission"
    return f"AWS refuses {operation}: {code}: {said}"


def _standing(described: dict[str, Any], type_: str) -> Standing:
    tells = described.get("ActionsEnabled", True)
    waits = ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
    return Standing(
        name=described["AlarmName"],
        type=type_,
        state=described["StateValue"],
        topics=_topics(described.get("AlarmActions", [])) if tells else (),
        topics_over=_topics(described.get("OKActions", [])) if tells else (),
        suppressor=described.get("ActionsSuppressor") or "",
        quiet_seconds=sum(int(described.get(name) or 0) for name in waits),
    )


def _topics(actions: Sequence[str]) -> tuple[str, ...]:
    return tuple(action for action in actions if action.split(":")[2] == "sns")


def _action(item: dict[str, Any]) -> Action:
    """Read one item; its data are JSON, as far as they fit into its 4,095 characters."""
    text, summary = str(item.get("HistoryData", "")), str(item.get("HistorySummary", ""))
    try:
        data = json.loads(text)
    except ValueError:
        data = {}
    topic = str(data.get("notificationResource") or _resource_in(summary))
    done = data["actionState"] == SUCCEEDED if "actionState" in data else summary.startswith("Successfully executed")
    state = NEW_STATE.search(text)
    return Action(
        item["Timestamp"], topic, state[1] if state else "", "" if done else str(data.get("error") or summary)
    )


def _resource_in(summary: str) -> str:
    return next((word.rstrip(".") for word in summary.split() if word.startswith("arn:")), "")
