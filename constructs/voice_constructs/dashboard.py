"""The one dashboard: alarms on top, rows of graphs below, each threshold an alarm's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from contract.aws_metrics import AwsMetric
from contract.metrics import NAMESPACE, Metric
from voice_constructs.alarms.making import SHARE
from voice_constructs.alarms.rule import AlarmRule, Severity

WIDTH, HEIGHT = 24, 6
STATES_HEIGHT, MOST_STATES = 5, 100  # CloudWatch shows that many alarms in one widget ("Dashboard Body Structure")
MOST_IN_LINE = 4
SAID: Final[Mapping[Severity, str]] = {"critical": "Wake somebody", "warning": "In working hours"}
COLOURS: Final[Mapping[Severity, str]] = {"critical": "#d13212", "warning": "#ff9900"}


@dataclass(frozen=True)
class Line:
    """One line of a graph.

    Attributes:
        share_of: Makes it a percentage of this metric, as in `AlarmRule`.
    """

    metric: Metric | AwsMetric
    statistic: str
    dimensions: Mapping[str, str]
    label: str
    share_of: Metric | AwsMetric | None = None
    at_least: int = 1


@dataclass(frozen=True)
class Graph:
    """One graph.

    Attributes:
        marks: The alarms on these metrics, whose thresholds are drawn.
    """

    title: str
    lines: tuple[Line, ...]
    marks: tuple[AlarmRule, ...] = ()


@dataclass(frozen=True)
class Row:
    """Graphs under one heading, at most four beside each other."""

    title: str
    graphs: tuple[Graph, ...]


class PlatformDashboard(Construct):
    """The dashboard of one environment."""

    def __init__(
        self, scope: Construct, id_: str, *, name: str, rows: Sequence[Row], alarms: Mapping[Severity, Sequence[str]]
    ) -> None:
        """Draw it.

        Args:
            alarms: ARNs by severity, shown on top: green is a night's sleep.
        """
        super().__init__(scope, id_)
        widgets = [*_states(alarms), *_layout(rows, Stack.of(self).region)]
        body = Stack.of(self).to_json_string({"widgets": widgets})
        cloudwatch.CfnDashboard(self, "Dashboard", dashboard_name=name, dashboard_body=body)


def _states(alarms: Mapping[Severity, Sequence[str]]) -> list[dict[str, Any]]:
    width = WIDTH // len(SAID)
    return [
        {
            "type": "alarm",
            "x": column * width,
            "y": 0,
            "width": width,
            "height": STATES_HEIGHT,
            "properties": {"title": title, "alarms": list(alarms[severity][:MOST_STATES])},
        }
        for column, (severity, title) in enumerate(SAID.items())
    ]


def _layout(rows: Sequence[Row], region: str) -> list[dict[str, Any]]:
    widgets: list[dict[str, Any]] = []
    top = STATES_HEIGHT
    for row in rows:
        text = {"markdown": f"## {row.title}"}
        widgets.append({"type": "text", "x": 0, "y": top, "width": WIDTH, "height": 1, "properties": text})
        top += 1
        for line in _in_lines(row.graphs):
            width = WIDTH // len(line)
            for column, graph in enumerate(line):
                place = {"x": column * width, "y": top, "width": width, "height": HEIGHT}
                widgets.append({"type": "metric", **place, "properties": _graph(graph, region)})
            top += HEIGHT
    return widgets


def _in_lines(graphs: Sequence[Graph]) -> list[Sequence[Graph]]:
    """As few lines as possible, of about the same length."""
    count = -(-len(graphs) // MOST_IN_LINE)
    each = -(-len(graphs) // count)
    return [graphs[first : first + each] for first in range(0, len(graphs), each)]


def _graph(graph: Graph, region: str) -> dict[str, Any]:
    marks = [{"label": rule.severity, "value": rule.threshold, "color": COLOURS[rule.severity]} for rule in graph.marks]
    return {
        "title": graph.title,
        "region": region,
        "view": "timeSeries",
        "period": 60,
        "yAxis": {"left": {"min": 0}},
        "metrics": [part for number, line in enumerate(graph.lines) for part in _line(line, number)],
        **({"annotations": {"horizontal": marks}} if marks else {}),
    }


def _line(line: Line, number: int) -> list[list[Any]]:
    if line.share_of is None:
        return [_measured(line.metric, line, label=line.label)]
    part, whole = f"part{number}", f"whole{number}"
    share = (
        SHARE.format(at_least=line.at_least).replace("part", f"FILL({part}, 0)").replace("whole", f"FILL({whole}, 0)")
    )
    return [
        _measured(line.metric, line, id=part, visible=False),
        _measured(line.share_of, line, id=whole, visible=False),
        [{"expression": share, "label": line.label, "id": f"share{number}"}],
    ]


def _measured(metric: Metric | AwsMetric, line: Line, **options: Any) -> list[Any]:
    namespace = metric.namespace if isinstance(metric, AwsMetric) else NAMESPACE
    pairs = [part for name in metric.dimensions for part in (name, line.dimensions[name])]
    return [namespace, metric.name, *pairs, {"stat": line.statistic, **options}]
