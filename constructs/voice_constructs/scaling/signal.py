"""What a tier scales on: a CloudWatch metric, the value at which it is high, and the value at which it is low.

Data only; `alarm.py` writes it into templates. CloudWatch's metric math takes a missing value
for 0 (Using metric math, "Basic arithmetic functions"), so 0 must never be read as idle unless
the metric was there: see `quiet_expression`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from contract.metrics import ENVIRONMENT, NAMESPACE, POOL, Metric

Statistic = Literal["Average", "Minimum", "Maximum", "Sum", "p95"]
Comparison = Literal[">=", ">", "<"]

PER_TASK: Final = "{id} / IF(running < 1, 1, running)"
WITHOUT_TASKS: Final = "IF(running < 1, {id}, 0)"


@dataclass(frozen=True)
class Source:
    """One CloudWatch metric.

    Attributes:
        id: Its name in expressions.
        unit: As published, else CloudWatch finds nothing; None when the publisher does not document it.
    """

    id: str
    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: Statistic
    unit: str | None


@dataclass(frozen=True)
class Signal:
    """One reason to grow, and what it says about being idle.

    Attributes:
        source: What is measured.
        high: Grow at this value.
        grows: How the value compares with `high` when the tier must grow.
        low: The tier may shrink while the value is on the other side of this one.
        expression: Over the source's id and `running`, the number of running tasks; the bare metric by default.
        period_seconds: Of one datapoint.
        datapoints: How many in a row must be high.
    """

    source: Source
    high: float
    low: float
    grows: Comparison = ">="
    expression: str = "{id}"
    period_seconds: int = 60
    datapoints: int = 1

    @property
    def name(self) -> str:
        """Name it for policies and alarms."""
        return self.source.id.replace("_", "-")

    @property
    def value(self) -> str:
        """Write its value as metric math."""
        return self.expression.format(id=self.source.id)

    @property
    def counts_tasks(self) -> bool:
        """Tell whether its value depends on the number of running tasks."""
        return "running" in self.value

    @property
    def is_low(self) -> str:
        """Write the comparison that is true while it allows the tier to shrink."""
        return f"({self.value} {'>' if self.grows == '<' else '<'} {number(self.low)})"


def published(
    metric: Metric, *, statistic: Statistic, environment: str, pool: str | None = None, id_: str | None = None
) -> Source:
    """Answer one of our own metrics.

    Args:
        environment: The environment's name.
        pool: The Celery pool's name, for metrics of one pool.
        id_: Its name in expressions; the metric's own in snake case by default.
    """
    values = {ENVIRONMENT: environment, POOL: pool or ""}
    return Source(
        id=id_ or _snake(metric.name),
        namespace=NAMESPACE,
        metric=metric.name,
        dimensions=tuple((name, values[name]) for name in metric.dimensions),
        statistic=statistic,
        unit=metric.unit.value,
    )


def quiet_expression(signals: Sequence[Signal]) -> str:
    """Write what is 1 while all signals are low, 0 while one is not, and no datapoint while one is missing.

    An `IF` without an alternative drops the datapoint, so an alarm that treats missing data as not
    breaching never takes a silent publisher for an idle fleet. The count of running tasks needs no such
    guard: it is a divisor, filled in by `alarm.py`.
    """
    present = " AND ".join(f"(FILL({signal.source.id}, -1) >= 0)" for signal in signals)
    low = " AND ".join(signal.is_low for signal in signals)
    return f"IF({present}, IF({low}, 1, 0))"


def number(value: float) -> str:
    """Write a number without an exponent, to four places."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
