"""A metric has one name, one unit and one publisher, and CloudWatch and Prometheus accept all of it."""

import re
from collections import Counter

import botocore.session
import pytest

from contract import aws_metrics, metrics
from contract.aws_metrics import AwsMetric
from contract.metrics import ENVIRONMENT, METRICS, NAMESPACE, Kind, Metric, Unit
from contract.services import CONTAINERS

CLOUDWATCH = botocore.session.get_session().get_service_model("cloudwatch")
UNITS = set(CLOUDWATCH.shape_for("StandardUnit").enum)
MOST_DIMENSIONS = CLOUDWATCH.shape_for("Dimensions").metadata["max"]
LONGEST_NAME = CLOUDWATCH.shape_for("MetricName").metadata["max"]
OURS = pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
THEIRS = {name: value for name, value in vars(aws_metrics).items() if isinstance(value, AwsMetric)}
AWS = pytest.mark.parametrize("metric", THEIRS.values(), ids=THEIRS)


def test_every_metric_of_the_module_is_counted() -> None:
    """A metric outside the tuple is one that no publisher is told of."""
    assert [value for value in vars(metrics).values() if isinstance(value, Metric)] == list(METRICS)
    assert len(METRICS) > 30


def test_no_name_is_taken_twice() -> None:
    """Two metrics of one name are one graph with a saw-tooth."""
    cloudwatch = [metric.name for metric in METRICS]
    prometheus = [name for metric in METRICS for name in (metric.prometheus, *metric.aliases)]
    constants = [name for name, value in vars(metrics).items() if isinstance(value, Metric)]

    assert _twice(cloudwatch) == _twice(prometheus) == set()
    assert len(constants) == len(METRICS)


def test_no_aws_metric_is_written_twice() -> None:
    """An alarm on one and a graph of the other would drift apart."""
    assert _twice([metric.model_dump_json() for metric in THEIRS.values()]) == set()
    assert len(THEIRS) > 15


def test_our_units_are_cloudwatchs() -> None:
    """An unknown unit is refused with the whole batch of data."""
    assert {str(unit) for unit in Unit} <= UNITS


@AWS
def test_an_aws_metric_can_be_asked_for(metric: AwsMetric) -> None:
    """A wrong unit, like a wrong dimension, is no error but an alarm without data."""
    assert str(metric.unit) in UNITS
    assert 1 <= len(metric.dimensions) <= MOST_DIMENSIONS
    assert _twice(metric.dimensions) == set()
    assert re.fullmatch(r"AWS/[A-Za-z0-9]+|ECS/ContainerInsights", metric.namespace)


def test_our_namespace_is_not_awss() -> None:
    """CloudWatch refuses data in a namespace that begins with AWS/."""
    assert not NAMESPACE.startswith("AWS/")


@OURS
def test_cloudwatch_accepts_a_metric(metric: Metric) -> None:
    """Names in its alphabet and length, at most thirty dimensions, the environment first."""
    assert re.fullmatch(r"[A-Z][A-Za-z]+", metric.name)
    assert len(metric.name) <= LONGEST_NAME
    assert metric.dimensions[0] == ENVIRONMENT
    assert len(metric.dimensions) <= MOST_DIMENSIONS
    assert _twice(metric.dimensions) == set()


@OURS
def test_prometheus_accepts_a_metric(metric: Metric) -> None:
    """A name or label that it refuses is an exception at import, in every process."""
    for name in (metric.prometheus, *metric.aliases):
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    for label in metric.labels:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", label)
        assert label not in ("le", "quantile", "job", "instance")
    assert _twice([*metric.labels, *(name.lower() for name in metric.dimensions)]) == set()


@OURS
def test_a_counter_ends_in_total_and_a_gauge_does_not(metric: Metric) -> None:
    """prometheus_client adds the ending to a counter without it, and the seed's name would be lost."""
    assert metric.prometheus.endswith("_total") == (metric.kind is Kind.COUNTER)


@OURS
def test_only_a_histogram_has_buckets_and_they_rise(metric: Metric) -> None:
    """A percentile is read between two of them."""
    assert bool(metric.buckets) == (metric.kind is Kind.HISTOGRAM)
    assert list(metric.buckets) == sorted(set(metric.buckets))


@OURS
def test_a_name_tells_the_metrics_unit(metric: Metric) -> None:
    """Whoever reads `_seconds` on a page of numbers must be able to trust it."""
    endings = {"_seconds": Unit.SECONDS, "_ms": Unit.MILLISECONDS, "_percent": Unit.PERCENT}
    told = {unit for ending, unit in endings.items() if metric.prometheus.endswith(ending)}
    rate = metric.prometheus.endswith("_per_second")

    assert told <= {metric.unit}
    assert rate == (metric.unit is Unit.COUNT_PER_SECOND)


@OURS
def test_a_metric_is_published_by_a_container_that_exists(metric: Metric) -> None:
    """Its task role is the one that may publish."""
    assert metric.publisher in {container.name for container in CONTAINERS}


def _twice(names: list[str] | tuple[str, ...]) -> set[str]:
    return {name for name, times in Counter(names).items() if times > 1}
