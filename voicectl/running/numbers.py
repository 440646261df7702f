"""What was published lately, as moto's CloudWatch has it: the laptop's `aws cloudwatch get-metric-statistics`."""

import difflib
import math
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from contract.aws_metrics import AWS_METRICS
from contract.metrics import METRICS
from voicectl.running.errors import MetricUnknown

STATISTICS: Final = ("SampleCount", "Minimum", "Average", "Maximum", "Sum")
MOST_LINES: Final = 1440  # AWS's limit of datapoints in one answer (API reference, GetMetricStatistics)


class Line(NamedTuple):
    """A metric in one period; the statistics are in the order of `STATISTICS`."""

    name: str
    dimensions: str
    at: datetime
    values: tuple[float, ...]


def lines_of(
    client: Any, name: str, *, dimensions: Mapping[str, str], periods: int, period_seconds: float
) -> list[Line]:
    """Answer what a metric was in the last periods, the oldest first, of each set of dimensions that fits.

    Args:
        client: Of CloudWatch.
        dimensions: Only sets in which these have these values.
        period_seconds: Whole seconds at least, as AWS has it.

    Raises:
        MetricUnknown: Nothing of it was ever published.
    """
    known = _known(client, name)
    chosen = [each for each in known if dimensions.items() <= _pairs(each).items()]
    if not chosen:
        raise MetricUnknown(_unknown(name, dimensions, known))
    period = max(1, round(period_seconds))
    end = datetime.fromtimestamp(math.ceil(time.time() / period) * period, UTC)  # the present one counts
    return sorted(
        (
            Line(name, _readable(each), point["Timestamp"], tuple(point[statistic] for statistic in STATISTICS))
            for each in chosen
            for point in client.get_metric_statistics(
                Namespace=each["Namespace"],
                MetricName=name,
                Dimensions=each["Dimensions"],
                StartTime=end - timedelta(seconds=period * min(periods, MOST_LINES)),
                EndTime=end,
                Period=period,
                Statistics=list(STATISTICS),
            )["Datapoints"]
        ),
        key=lambda line: (line.dimensions, line.at),
    )


def _known(client: Any, name: str) -> list[dict[str, Any]]:
    """Each set of dimensions once."""
    pages = client.get_paginator("list_metrics").paginate(MetricName=name)  # moto takes minutes for all names
    return list({(each["Namespace"], _text(each)): each for page in pages for each in page["Metrics"]}.values())


def _pairs(metric: Mapping[str, Any]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in metric["Dimensions"]}


def _text(metric: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in sorted(_pairs(metric).items()))


def _readable(metric: Mapping[str, Any]) -> str:
    """A reference to what only AWS can name is long, and says nothing here."""
    return " ".join(part for part in _text(metric).split(" ") if "={" not in part)


def _unknown(name: str, dimensions: Mapping[str, str], known: Sequence[Mapping[str, Any]]) -> str:
    if known:
        wanted = " ".join(f"{key}={value}" for key, value in dimensions.items())
        return f"{name} was not published with {wanted}; there is {'; '.join(sorted(map(_readable, known)))}"
    names = [*(each.name for each in METRICS), *(each.name for each in AWS_METRICS)]
    alike = difflib.get_close_matches(name, names)
    return (
        f"nobody has published {name!r}; {f'meant {alike[0]}?' if alike else '`voicectl metrics` lists what there is'}"
    )
