"""CloudWatch: composite alarms, which moto can show but not take."""

import re
from typing import Any

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.utils import camelcase_to_underscores

from tests.fakes.cloudformation.gaps.graft import graft


def fill() -> None:
    """Add PutCompositeAlarm; like AWS it refuses a rule about an alarm that does not exist."""
    graft(CloudWatchResponse, put_composite_alarm=_put_composite_alarm)


def _put_composite_alarm(response: CloudWatchResponse) -> Any:
    rule = response._get_param("AlarmRule")
    alarms = response.cloudwatch_backend.alarms
    for name in re.findall(r"\b(?:ALARM|OK|INSUFFICIENT_DATA)\(\"?([^\")]+)\"?\)", rule):
        if name.rpartition(":alarm:")[2] not in alarms:
            raise ValidationError(f"Could not save the composite alarm: {name} does not exist")
    answer = response.put_metric_alarm()
    waits = ("ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
    kept = vars(alarms[response._get_param("AlarmName")])
    kept.update({camelcase_to_underscores(name): response._get_param(name) for name in waits})
    return answer
