"""One row of the alarms' tables, as data."""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from contract.aws_metrics import AwsMetric
from contract.metrics import Metric

Missing = Literal["breaching", "notBreaching", "ignore"]
Severity = Literal["critical", "warning"]
Comparison = Literal[">", ">=", "<"]

RUNBOOKS: Final = "docs/runbooks"


@dataclass(frozen=True)
class AlarmRule:
    """When a metric means that somebody must look.

    Attributes:
        id: What the alarm is called, after the thing it is about: `ApiServerErrors`.
        statistic: Over one period, such as `Average` or `p95`.
        minutes: All of them must be over the threshold, unless `datapoints` says how many periods suffice.
        missing: What no data means; `breaching` where silence is itself the fault.
        severity: `critical` wakes somebody; `warning` is for working hours.
        meaning: One sentence for whoever is woken.
        share_of: Makes the value a percentage of this metric, of the same dimensions and statistic.
        at_least: The whole that the percentage is of at the least, so that one failure of three is no outage.
        period_minutes: Of one datapoint.
        page: The runbook, where rules share one; the rule's own name otherwise.
        tells: False for a part of a composite alarm, which tells in its place.
    """

    id: str
    metric: Metric | AwsMetric
    statistic: str
    comparison: Comparison
    threshold: float
    minutes: int
    missing: Missing
    severity: Severity
    meaning: str
    share_of: Metric | AwsMetric | None = field(default=None, kw_only=True)
    at_least: int = field(default=1, kw_only=True)
    period_minutes: int = field(default=1, kw_only=True)
    datapoints: int | None = field(default=None, kw_only=True)
    page: str = field(default="", kw_only=True)
    tells: bool = field(default=True, kw_only=True)

    @property
    def runbook(self) -> str:
        """What to do, as a path in this repository."""
        return runbook_of(self.page or self.id)

    @property
    def periods(self) -> int:
        """How many datapoints are looked at."""
        return self.minutes // self.period_minutes


@dataclass(frozen=True)
class Composite:
    """One call instead of several.

    Attributes:
        any_of: Ids of rules about the same thing; one of them is enough.
        unless: The whole id of an alarm during which nobody is told.
    """

    id: str
    any_of: tuple[str, ...]
    severity: Severity
    meaning: str
    unless: str = ""
    page: str = ""

    @property
    def runbook(self) -> str:
        """What to do, as a path in this repository."""
        return runbook_of(self.page or self.id)


def runbook_of(name: str) -> str:
    """Answer the runbook of a rule or a page: `QueueDepth` → `docs/runbooks/queue-depth.md`."""
    return f"{RUNBOOKS}/{re.sub(r'(?<!^)(?=[A-Z])', '-', name).lower()}.md"
