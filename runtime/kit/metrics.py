"""The contract's metrics as this process records them: for Prometheus on `/metrics`, and for CloudWatch.

CloudWatch is given what happened since it was last given something: a gauge's present value, a counter's
growth (0 included, so that silence is not mistaken for health), every single value of a histogram.
"""

import os
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any, NamedTuple

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
    multiprocess,
)

from contract.metrics import ENVIRONMENT, METRICS, Kind, Metric

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"  # must be set before Python starts (facts: livekit §0.6)
MOST_VALUES = 10_000  # of one histogram between two publications; later ones are left out of CloudWatch

Dimensions = tuple[tuple[str, str], ...]


class Sample(NamedTuple):
    """What CloudWatch is given of one metric with one set of dimensions."""

    metric: Metric
    dimensions: Dimensions
    values: tuple[float, ...]


class Recorder:
    """Takes every value that a process records. Safe between threads; each process has its own."""

    def __init__(
        self, environment: str, *, publisher: str = "", dimensions: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        """Prepare it.

        Args:
            environment: The dimension that every metric has.
            publisher: A container's name; its counters are given to CloudWatch even when they are 0.
            dimensions: The values that this process knows of further dimensions, for those zeros.
        """
        self._environment = environment
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._collectors: dict[str, list[Any]] = {}
        self._parts: dict[str, frozenset[tuple[str, ...]]] = {}
        self._lock = Lock()
        self._gauges: dict[tuple[Metric, Dimensions], float] = {}
        self._counters: dict[tuple[Metric, Dimensions], float] = {}
        self._histograms: dict[tuple[Metric, Dimensions], list[float]] = {}
        known = {name: tuple(values) for name, values in (dimensions or {}).items()}
        for metric in METRICS:
            if metric.kind is Kind.COUNTER and metric.publisher == publisher:
                self._counters.update({(metric, each): 0.0 for each in self._known(metric, known)})

    def set(self, metric: Metric, value: float, **labels: str) -> None:
        """Record a gauge's present value.

        Args:
            labels: The metric's further dimensions and its labels, in lower case.
        """
        with self._lock:
            self._gauges[metric, self._dimensions(metric, labels)] = value
        for gauge in self._labelled(metric, labels):
            gauge.set(value)

    def set_parts(self, metric: Metric, parts: Mapping[tuple[str, ...], float], *, total: float | None) -> None:
        """Record a gauge of which Prometheus sees each part, and CloudWatch one number.

        Args:
            parts: By their values of `label_names`; one that was there before and is not now is 0.
            total: None where nobody knows it: CloudWatch is given none.
        """
        if total is None:
            self.forget_all(metric)
        else:
            with self._lock:
                self._gauges[metric, self._dimensions(metric, {})] = total
        gone = self._parts.get(metric.name, frozenset()) - parts.keys()
        self._parts[metric.name] = frozenset(parts)
        for values, part in {**dict.fromkeys(gone, 0.0), **parts}.items():
            for gauge in self._labelled(metric, dict(zip(label_names(metric), values, strict=True))):
                gauge.set(part)

    def forget_all(self, metric: Metric) -> None:
        """Publish a gauge no more, whatever its dimensions: a silent publisher is not an idle one."""
        with self._lock:
            self._gauges = {key: value for key, value in self._gauges.items() if key[0] is not metric}

    def add(self, metric: Metric, amount: float = 1, **labels: str) -> None:
        """Record that something happened once, or so many times."""
        key = metric, self._dimensions(metric, labels)
        with self._lock:
            self._counters[key] = self._counters.get(key, 0.0) + amount
        for counter in self._labelled(metric, labels):
            counter.inc(amount)

    def observe(self, metric: Metric, value: float, **labels: str) -> None:
        """Record one value of a distribution, in the metric's unit."""
        key = metric, self._dimensions(metric, labels)
        with self._lock:
            values = self._histograms.setdefault(key, [])
            if len(values) < MOST_VALUES:
                values.append(value)
        for histogram in self._labelled(metric, labels):
            histogram.observe(value)

    def exposition(self) -> bytes:
        """Answer Prometheus' text, of all processes of this task where they share a folder.

        CPU, memory and files are those of the process that answers.
        """
        if not os.environ.get(MULTIPROCESS):
            return generate_latest(self._registry)
        together = CollectorRegistry()
        multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        ProcessCollector(registry=together)
        return generate_latest(together)

    def take(self) -> list[Sample]:
        """Answer what CloudWatch has not been given yet, and begin anew; `give_back` undoes it."""
        with self._lock:
            samples = [Sample(*key, values=(value,)) for key, value in [*self._gauges.items(), *self._counters.items()]]
            samples += [Sample(*key, values=tuple(values)) for key, values in self._histograms.items() if values]
            self._counters = dict.fromkeys(self._counters, 0.0)
            self._histograms.clear()
        return samples

    def give_back(self, samples: Iterable[Sample]) -> None:
        """Keep for the next time what could not be published; a gauge's old value is worth nothing."""
        with self._lock:
            for metric, dimensions, values in samples:
                if metric.kind is Kind.COUNTER:
                    self._counters[metric, dimensions] = self._counters.get((metric, dimensions), 0.0) + values[0]
                if metric.kind is Kind.HISTOGRAM:
                    kept = self._histograms.setdefault((metric, dimensions), [])
                    kept.extend(values[: MOST_VALUES - len(kept)])

    def _known(self, metric: Metric, known: Mapping[str, tuple[str, ...]]) -> list[Dimensions]:
        further = [name for name in metric.dimensions if name != ENVIRONMENT]
        if not further:
            return [self._dimensions(metric, {})]
        [name] = further  # no metric has more than one
        return [self._dimensions(metric, {name.lower(): value}) for value in known.get(name, ())]

    def _dimensions(self, metric: Metric, labels: Mapping[str, str]) -> Dimensions:
        return tuple(
            (name, self._environment if name == ENVIRONMENT else labels[name.lower()]) for name in metric.dimensions
        )

    def _labelled(self, metric: Metric, labels: Mapping[str, str]) -> list[Any]:
        with self._lock:
            if metric.name not in self._collectors:
                self._collectors[metric.name] = list(_collectors(metric, self._registry))
        names = label_names(metric)
        values = {name: labels.get(name, "") for name in names}
        return [each.labels(**values) if names else each for each in self._collectors[metric.name]]


def label_names(metric: Metric) -> tuple[str, ...]:
    """Answer the labels that Prometheus sees: every dimension but the environment, then the labels."""
    dimensions = [name.lower() for name in metric.dimensions if name != ENVIRONMENT]
    return tuple(dict.fromkeys([*dimensions, *metric.labels]))


def _collectors(metric: Metric, registry: CollectorRegistry) -> Iterable[Gauge | Counter | Histogram]:
    labels = label_names(metric)
    for name in (metric.prometheus, *metric.aliases):
        if metric.kind is Kind.GAUGE:
            yield Gauge(name, metric.meaning, labels, registry=registry, multiprocess_mode="livemostrecent")
        elif metric.kind is Kind.COUNTER:
            yield Counter(name.removesuffix("_total"), metric.meaning, labels, registry=registry)
        else:
            yield Histogram(name, metric.meaning, labels, registry=registry, buckets=metric.buckets)
