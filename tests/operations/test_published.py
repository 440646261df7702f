"""An alarm on a metric that nobody publishes is an alarm that never rings."""

import ast
from collections.abc import Iterator
from typing import Any, Final

import pytest

from contract import aws_metrics, metrics
from contract.aws_metrics import AwsMetric
from contract.metrics import NAMESPACE, Metric
from tests.house.tree import python, repository, syntax
from tests.operations.shown import every_alarm
from tests.synthesis import Syntheses

FOLDERS: Final = {  # where the processes of a container are written
    "agent": ("agent", "runtime"),
    "celery": ("control_plane",),
    "guardian": ("runtime",),
    "supervisor": ("control_plane",),
}
RECORDING: Final = ("set", "set_parts", "add", "observe")
OURS: Final = {
    metric.name: (constant, metric) for constant, metric in vars(metrics).items() if isinstance(metric, Metric)
}
THEIRS: Final = {
    (metric.namespace, metric.name): metric for metric in vars(aws_metrics).values() if isinstance(metric, AwsMetric)
}


@pytest.fixture(scope="module")
def watched(syntheses: Syntheses) -> list[dict[str, Any]]:
    """Every metric that an alarm of any environment reads."""
    return [metric for alarm in every_alarm(syntheses) for metric in read_by(alarm.properties)]


def test_every_metric_of_ours_is_recorded_by_its_publisher(watched: list[dict[str, Any]]) -> None:
    """Found in the source of the process that the contract names."""
    wanted = {metric["MetricName"] for metric in watched if metric["Namespace"] == NAMESPACE}
    unrecorded = [name for name in sorted(wanted) if OURS[name][0] not in recorded(OURS[name][1].publisher)]

    assert unrecorded == []
    assert len(wanted) >= 20


def test_every_metric_of_awss_is_one_of_the_contract(watched: list[dict[str, Any]]) -> None:
    """With its dimensions: one that is missing, or one too many, is another metric, and empty."""
    theirs = [metric for metric in watched if metric["Namespace"] != NAMESPACE]
    known = [
        {each["Name"] for each in metric["Dimensions"]}
        == set(THEIRS[metric["Namespace"], metric["MetricName"]].dimensions)
        for metric in theirs
    ]

    assert all(known)
    assert len({(metric["Namespace"], metric["MetricName"]) for metric in theirs}) >= 20


def test_a_metric_that_is_only_imported_is_not_recorded() -> None:
    """The first test says nothing if it cannot fail."""
    source = "from contract.metrics import BUDGET_USED, BEAT_AGE\nALL = (BUDGET_USED,)\nrecorder.set(BEAT_AGE, 1.0)\n"

    assert set(_recorded(source)) == {"BEAT_AGE"}


def read_by(properties: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the metrics that an alarm reads."""
    if "MetricName" in properties:
        yield {key: properties[key] for key in ("Namespace", "MetricName", "Dimensions")}
    yield from (query["MetricStat"]["Metric"] for query in properties.get("Metrics", []) if "MetricStat" in query)


def recorded(publisher: str) -> set[str]:
    """Answer the constants of the metrics that a container's processes record."""
    files = python(repository(), *FOLDERS[publisher])
    return {name for _, text in files for name in _recorded(text)}


def _recorded(text: str) -> Iterator[str]:
    """Yield what a recorder is given, at once or by way of a dict of readings."""
    for node in ast.walk(syntax(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RECORDING:
            yield from (each.id for each in node.args[:1] if isinstance(each, ast.Name))
        if isinstance(node, ast.Dict):
            yield from (key.id for key in node.keys if isinstance(key, ast.Name))
        if isinstance(node, ast.Assign):
            yield from (
                target.slice.id
                for target in node.targets
                if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Name)
            )
