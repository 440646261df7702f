"""The one dashboard: sessions, pipeline, providers, infrastructure – the rows of the deployment seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from contract import aws_metrics as aws
from contract import metrics as voice
from contract.metrics import NAMESPACE, Metric
from contract.pools import POOLS

WIDTH, HEIGHT = 24, 6


@dataclass(frozen=True)
class Graph:
    """One graph: a title, and its metrics with their statistics and dimensions."""

    title: str
    lines: tuple[tuple[Metric | aws.AwsMetric, str, Mapping[str, str]], ...]
    annotations: Mapping[str, float] = field(default_factory=dict)


Row = tuple[str, tuple[Graph, ...]]
PROVIDERS: Final = ("deepgram", "openai", "elevenlabs", "azure_openai", "azure_speech", "google")


class PlatformDashboard(Construct):
    """The dashboard of one environment."""

    def __init__(self, scope: Construct, id_: str, *, name: str, rows: Sequence[Row], alarms: Sequence[str]) -> None:
        """Draw it.

        Args:
            alarms: ARNs, shown in one widget on top.
        """
        super().__init__(scope, id_)
        region = Stack.of(self).region
        widgets = [_alarm_widget(alarms), *_layout(rows, region)]
        body = Stack.of(self).to_json_string({"widgets": widgets})
        cloudwatch.CfnDashboard(self, "Dashboard", dashboard_name=name, dashboard_body=body)


def voice_rows(environment: str) -> tuple[Row, ...]:
    """The first three rows: what callers and providers feel, from our own metrics."""
    ours = {voice.ENVIRONMENT: environment}
    pools = [(pool.name, {**ours, voice.POOL: pool.name}) for pool in POOLS]
    providers = [{**ours, voice.PROVIDER: provider} for provider in PROVIDERS]
    return (
        (
            "Sessions",
            (
                Graph("Calls and slots", tuple((m, "Maximum", ours) for m in (
                    voice.SESSIONS_ACTIVE, voice.SESSION_CAPACITY, voice.FREE_SLOTS))),
                Graph("Time to first audio, s", tuple((voice.TIME_TO_FIRST_AUDIO, s, ours) for s in ("p50", "p95")),
                      {"target": 2, "page": 5}),
                Graph("Turn latency, s", tuple((voice.TURN_LATENCY, s, ours) for s in ("p50", "p95"))),
                Graph("Length of ended calls, s", ((voice.SESSION_DURATION, "p50", ours),)),
            ),
        ),
        (
            "Pipeline",
            (
                Graph("Queue depth", tuple((voice.QUEUE_DEPTH, "Maximum", d) for _, d in pools)),
                Graph("Queue wait, s", tuple((voice.QUEUE_WAIT, "Maximum", d) for _, d in pools)),
                Graph("Jobs a minute", tuple((voice.JOB_DURATION, "SampleCount", d) for _, d in pools)),
                Graph("Jobs that failed", tuple((voice.JOBS_FAILED, "Sum", d) for _, d in pools)),
            ),
        ),
        (
            "Providers",
            (
                Graph("Latency p95, s", tuple((voice.PROVIDER_LATENCY, "p95", d) for d in providers)),
                Graph("Errors a minute", tuple((voice.PROVIDER_ERRORS, "Sum", d) for d in providers)),
                Graph("Cost of ended calls, US $", ((voice.SESSION_COST, "Sum", ours),)),
                Graph("Budget used, %", ((voice.BUDGET_USED, "Maximum", ours),), {"warning": 85}),
            ),
        ),
    )  # fmt: skip


def infrastructure_row(
    *, services: Mapping[str, str], database: Mapping[str, str], caches: Sequence[str], environment: str
) -> Row:
    """The fourth row.

    Args:
        services: Cluster name by service name.
        database: Dimensions of the database's metrics.
        caches: Cache cluster ids.
    """
    ours = {voice.ENVIRONMENT: environment}
    per_service = [{"ClusterName": cluster, "ServiceName": service} for service, cluster in services.items()]
    return (
        "Infrastructure",
        (
            Graph("CPU, %", tuple((aws.SERVICE_CPU, "Average", d) for d in per_service)),
            Graph("Memory, %", tuple((aws.SERVICE_MEMORY, "Average", d) for d in per_service)),
            Graph("Database connections", ((aws.DATABASE_CONNECTIONS, "Maximum", database),)),
            Graph("Valkey memory, %", tuple((aws.CACHE_MEMORY, "Maximum", {"CacheClusterId": c}) for c in caches)),
            Graph("Participants a node", ((voice.NODE_PARTICIPANTS, "Maximum", ours),)),
            Graph("Packet loss, %", ((voice.PACKET_LOSS, "Average", ours),), {"critical": 2}),
        ),
    )


def _alarm_widget(alarms: Sequence[str]) -> dict[str, Any]:
    properties = {"title": "Alarms", "alarms": list(alarms)}
    return {"type": "alarm", "x": 0, "y": 0, "width": WIDTH, "height": 4, "properties": properties}


def _layout(rows: Sequence[Row], region: str) -> list[dict[str, Any]]:
    widgets: list[dict[str, Any]] = []
    top = 4
    for title, graphs in rows:
        text = {"markdown": f"## {title}"}
        widgets.append({"type": "text", "x": 0, "y": top, "width": WIDTH, "height": 1, "properties": text})
        width = WIDTH // len(graphs)
        for column, graph in enumerate(graphs):
            place = {"x": column * width, "y": top + 1, "width": width, "height": HEIGHT}
            widgets.append({"type": "metric", **place, "properties": _graph(graph, region)})
        top += 1 + HEIGHT
    return widgets


def _graph(graph: Graph, region: str) -> dict[str, Any]:
    marks = [{"label": label, "value": value} for label, value in graph.annotations.items()]
    return {
        "title": graph.title,
        "region": region,
        "view": "timeSeries",
        "period": 60,
        "metrics": [_line(metric, statistic, dimensions) for metric, statistic, dimensions in graph.lines],
        **({"annotations": {"horizontal": marks}} if marks else {}),
    }


def _line(metric: Metric | aws.AwsMetric, statistic: str, dimensions: Mapping[str, str]) -> list[Any]:
    namespace = metric.namespace if isinstance(metric, aws.AwsMetric) else NAMESPACE
    pairs = [part for name in metric.dimensions for part in (name, dimensions[name])]
    return [namespace, metric.name, *pairs, {"stat": statistic}]
