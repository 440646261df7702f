"""What was published, and its statistics a period at a time."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from voicectl.alarms.definition import MetricKey
from voicectl.alarms.errors import ExpressionUnknown


class Point(NamedTuple):
    """One value, at a moment in seconds since 1970."""

    at: float
    value: float


class Points:
    """Points by metric, each metric's in the order of time."""

    def __init__(self) -> None:
        """None yet."""
        self._points: dict[MetricKey, list[Point]] = defaultdict(list)
        self._since: dict[MetricKey, float] = {}

    def add(self, key: MetricKey, *, at: float, value: float) -> None:
        """Take one; all of its dimensions are known."""
        points = self._points[key]
        self._since[key] = min(at, self._since.get(key, at))
        if points and at < points[-1].at:
            insort(points, Point(at, value))
        else:
            points.append(Point(at, value))

    def forget(self, *, before: float) -> None:
        """Forget what is older; that a metric was published once is remembered."""
        for points in self._points.values():
            del points[: bisect_left(points, before, key=_at)]

    def has(self, key: MetricKey, *, before: float) -> bool:
        """Whether anything of a metric was ever published, and not only since a moment."""
        return key in self._since and self._since[key] < before

    def series(self, key: MetricKey, statistic: str, *, ends: Sequence[float], period: float) -> list[float | None]:
        """Answer a statistic of each period that ends at one of `ends`; None where nothing was published.

        Raises:
            ExpressionUnknown: There is no such statistic.
        """
        ours = self._points.get(key, [])
        borders = [(bisect_left(ours, end - period, key=_at), bisect_left(ours, end, key=_at)) for end in ends]
        return [_statistic(statistic, [point.value for point in ours[first:last]]) for first, last in borders]


def _at(point: Point) -> float:
    return point.at


def _statistic(name: str, values: list[float]) -> float | None:
    if name == "SampleCount":
        return float(len(values)) or None  # CloudWatch has no datapoint of nothing
    if not values:
        return None
    if name == "Sum":
        return sum(values)
    if name == "Average":
        return sum(values) / len(values)
    if name == "Minimum":
        return min(values)
    if name == "Maximum":
        return max(values)
    if name.startswith("p"):
        return _percentile(sorted(values), float(name[1:]) / 100)
    raise ExpressionUnknown(f"statistic {name!r} is not known here")


def _percentile(values: list[float], share: float) -> float:
    """Between the two nearest values, in proportion."""
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)
