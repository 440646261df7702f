"""CloudWatch: what an alarm does when its state changes, and its history; moto's alarms keep quiet.

Composite alarms follow their parts. One with a suppressor tells after its wait, if the suppressor did not go on and
it is still on then; like everything that is due, at the next question after that.
"""

import json
import re
from datetime import datetime, timedelta
from typing import Any

from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.sns.exceptions import SNSException
from moto.sns.models import sns_backends

from tests.fakes.cloudformation.gaps.graft import graft

RULE = re.compile(r'\b(ALARM|OK|INSUFFICIENT_DATA)\("?([^")]+)"?\)')


def fill() -> None:
    """Add DescribeAlarmHistory, and what SetAlarmState leads to."""
    graft(CloudWatchResponse, set_alarm_state=_set_alarm_state, describe_alarm_history=_describe_alarm_history)


def _set_alarm_state(response: CloudWatchResponse) -> Any:
    backend = response.cloudwatch_backend
    _settle(backend)
    given = [response._get_param(name) for name in ("AlarmName", "StateReason", "StateReasonData", "StateValue")]
    before = backend.alarms[given[0]].state_value if given[0] in backend.alarms else ""
    backend.set_alarm_state(*given)
    _changed(backend, backend.alarms[given[0]], before=before)
    return EmptyResult()


def _describe_alarm_history(response: CloudWatchResponse) -> Any:
    backend = response.cloudwatch_backend
    _settle(backend)
    types = response._get_param("AlarmTypes") or ["MetricAlarm"]
    name, wanted = response._get_param("AlarmName"), response._get_param("HistoryItemType")
    items = [
        item
        for alarm in backend.alarms.values()
        for item in _history(alarm)
        if name in (None, alarm.name) and item["AlarmType"] in types and wanted in (None, item["HistoryItemType"])
    ]
    newest_first = response._get_param("ScanBy") != "TimestampAscending"
    items.sort(key=lambda item: item["Timestamp"], reverse=newest_first)
    return ActionResult({"AlarmHistoryItems": items[: response._get_param("MaxRecords") or 100]})


def _changed(backend: Any, alarm: Any, *, before: str) -> None:
    """Actions are for changes only: who is on already says nothing."""
    if alarm.state_value == before:
        return
    _note(alarm, "StateUpdate", f"Alarm updated from {before} to {alarm.state_value}", {})
    wait = getattr(alarm, "actions_suppressor_wait_period", None) or 0
    alarm.due = (utcnow() + timedelta(seconds=wait), alarm.state_value)
    _settle(backend)
    for composite in [each for each in backend.alarms.values() if each.rule and f'"{alarm.name}"' in each.rule]:
        was, state = composite.state_value, "ALARM" if _holds(backend, composite.rule) else "OK"
        composite.update_state(f"{alarm.alarm_arn} transitioned to {alarm.state_value}", "{}", state)
        _changed(backend, composite, before=was)


def _settle(backend: Any) -> None:
    for alarm in backend.alarms.values():
        due, state = getattr(alarm, "due", (datetime.max, ""))
        suppressor = backend.alarms.get(getattr(alarm, "actions_suppressor", None))
        if due <= utcnow() and not (suppressor and suppressor.state_value == "ALARM"):
            del alarm.due
            if alarm.state_value == state and alarm.actions_enabled:
                _act(backend, alarm)


def _act(backend: Any, alarm: Any) -> None:
    actions = {"ALARM": alarm.alarm_actions, "OK": alarm.ok_actions}.get(alarm.state_value, [])
    said = {"AlarmName": alarm.name, "NewStateValue": alarm.state_value, "NewStateReason": alarm.state_reason}
    for arn in actions:
        error = _publish(backend, arn, said)
        summary = f"Failed to execute action {arn}. Received error: {error}" if error else ""
        data = {
            "actionState": "Failed" if error else "Succeeded",
            "notificationResource": arn,
            "publishedMessage": json.dumps({"default": json.dumps(said)}),
            "error": error,
        }
        _note(alarm, "Action", summary or f"Successfully executed action {arn}", data)


def _publish(backend: Any, arn: str, said: dict[str, str]) -> str | None:
    """Why it could not be done, None when it was."""
    subject = f'{said["NewStateValue"]}: "{said["AlarmName"]}"'
    try:
        sns_backends[backend.account_id][arn.split(":")[3]].publish(json.dumps(said), arn=arn, subject=subject)
    except SNSException as failed:
        return str(failed.message)
    return None


def _holds(backend: Any, rule: str) -> bool:
    """OR of states only, as ours are."""
    parts = RULE.findall(rule)
    assert RULE.sub("", rule).replace("OR", "").strip() == "", f"a rule that this fake cannot evaluate: {rule}"
    return any(backend.alarms[name].state_value == state for state, name in parts)


def _note(alarm: Any, type_: str, summary: str, data: dict[str, Any]) -> None:
    _history(alarm).append(
        {
            "AlarmName": alarm.name,
            "AlarmType": "CompositeAlarm" if alarm.rule else "MetricAlarm",
            "Timestamp": utcnow(),
            "HistoryItemType": type_,
            "HistorySummary": summary[:255],
            "HistoryData": json.dumps(data)[:4095],
        }
    )


def _history(alarm: Any) -> list[dict[str, Any]]:
    """Kept by the alarm itself, in the list that moto gives it."""
    items: list[dict[str, Any]] = alarm.__dict__.setdefault("told", [])
    return items
