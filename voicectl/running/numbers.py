"""What was published lately, as moto's CloudWatch has it: the laptop's `aws cloudwatch get-metric-statistics`."""

import difflib
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

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
    known = _known(client)
    chosen = [each for each in known if each["MetricName"] == name and dimensions.items() <= _pairs(each).items()]
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


def names_of(client: Any) -> list[tuple[str, str]]:
    """Answer every metric that was published: its namespace and name."""
    return sorted({(each["Namespace"], each["MetricName"]) for each in _known(client)})


def _known(client: Any) -> list[dict[str, Any]]:
    def each() -> Iterator[dict[str, Any]]:
        for page in client.get_paginator("list_metrics").paginate():
            yield from page["Metrics"]

    return list({(one["Namespace"], one["MetricName"], _text(one)): one for one in each()}.values())


def _pairs(metric: Mapping[str, Any]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in metric["Dimensions"]}


def _text(metric: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in sorted(_pairs(metric).items()))


def _readable(metric: Mapping[str, Any]) -> str:
    """A reference to what only AWS can name is long, and says nothing here."""
    return " ".join(part for part in _text(metric).split(" ") if "={" not in part)


def _unknown(name: str, dimensions: Mapping[str, str], known: Sequence[Mapping[str, Any]]) -> str:
    sets = sorted({_text(each) for each in known if each["MetricName"] == name})
    if sets:
        wanted = " ".join(f"{key}={value}" for key, value in dimensions.items())
        return f"{name} was not published with {wanted}; there is {'; '.join(sets)}"
    alike = difflib.get_close_matches(name, {str(each["MetricName"]) for each in known})
    return (
        f"nobody has published {name!r}; {f'meant {alike[0]}?' if alike else '`voicectl metrics` lists what there is'}"
    )
