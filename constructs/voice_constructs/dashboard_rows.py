"""What the dashboard shows: sessions, pipeline, providers, infrastructure – the rows of the seed (S191–S196)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contract import aws_metrics as aws
from contract import metrics as voice
from contract.aws_metrics import AwsMetric
from contract.metrics import Metric
from contract.pools import POOLS
from voice_constructs.alarms import calls, media, stores
from voice_constructs.alarms.rule import AlarmRule
from voice_constructs.alarms.services import CPU, MEMORY
from voice_constructs.dashboard import Graph, Line, Row

MIDDLE_AND_TAIL: Final = ("p50", "p95")


@dataclass(frozen=True)
class Shown:
    """What an environment has to show.

    Attributes:
        services: Dimensions of each ECS service's metrics, by its name.
        database: Dimensions of the database's metrics.
        caches: Cache cluster ids.
    """

    environment: str
    providers: Sequence[str]
    services: Mapping[str, Mapping[str, str]]
    database: Mapping[str, str]
    caches: Sequence[str]
    database_rules: Sequence[AlarmRule]
    ceiling_participants: int

    @property
    def ours(self) -> dict[str, str]:
        """Dimensions of our own metrics."""
        return {voice.ENVIRONMENT: self.environment}


def rows(shown: Shown) -> tuple[Row, ...]:
    """The four rows."""
    return (_sessions(shown), _pipeline(shown), _providers(shown), _infrastructure(shown))


def _sessions(shown: Shown) -> Row:
    """What callers feel."""
    ours, every = shown.ours, [*calls.FELT, *calls.RECORDED, *calls.CAPACITY]
    slots = {voice.SESSIONS_ACTIVE: "calls", voice.SESSION_CAPACITY: "slots", voice.FREE_SLOTS: "free"}
    waiting = {voice.ROOMS_WITHOUT_AGENT: "without an agent", voice.SESSIONS_STUCK: "stuck"}
    flow = {voice.SESSIONS_ENDED: "ended", voice.JOBS_REJECTED: "refused by an agent"}
    distributions = (
        ("Time to first audio, s", voice.TIME_TO_FIRST_AUDIO),
        ("Turn latency, s", voice.TURN_LATENCY),
        ("Latency of our own, ms", voice.MEDIA_LATENCY),
        ("Length of ended calls, s", voice.SESSION_DURATION),
    )
    return Row(
        "Sessions",
        (
            Graph("Calls and slots", tuple(Line(m, "Maximum", ours, label) for m, label in slots.items())),
            _one("Slots taken, %", voice.SESSION_UTILIZATION, "Maximum", ours, every),
            Graph(
                "Callers waiting, calls stuck", tuple(Line(m, "Maximum", ours, label) for m, label in waiting.items())
            ),
            Graph("Calls a minute", tuple(Line(m, "Sum", ours, label) for m, label in flow.items())),
            *(
                Graph(title, tuple(Line(metric, s, ours, s) for s in MIDDLE_AND_TAIL), _on(metric, every))
                for title, metric in distributions
            ),
        ),
    )


def _pipeline(shown: Shown) -> Row:
    """What follows a call."""
    dimensions = {pool.name: {**shown.ours, voice.POOL: pool.name} for pool in POOLS}
    ages = {voice.OUTBOX_WAIT: "oldest job in the outbox", voice.BEAT_AGE: "since beat's last task"}
    return Row(
        "Pipeline",
        (
            _each("Tasks waiting", voice.QUEUE_DEPTH, "Maximum", dimensions, calls.POOL),
            _each("Oldest task, s", voice.QUEUE_WAIT, "Maximum", dimensions, calls.POOL),
            _each("Tasks a minute", voice.JOB_DURATION, "SampleCount", dimensions),
            _each("A task's time p95, s", voice.JOB_DURATION, "p95", dimensions),
            _each("Tasks given up", voice.JOBS_FAILED, "Sum", dimensions, calls.POOL),
            Graph("Outbox and beat, s", tuple(Line(m, "Maximum", shown.ours, label) for m, label in ages.items()),
                  _on(voice.BEAT_AGE, calls.SUPERVISION)),
        ),
    )  # fmt: skip


def _providers(shown: Shown) -> Row:
    """Whom we ask, and what it costs."""
    dimensions = {name: {**shown.ours, voice.PROVIDER: name} for name in shown.providers}
    [errors] = _on(voice.PROVIDER_ERRORS, calls.PROVIDER)
    failing = tuple(
        Line(errors.metric, errors.statistic, each, name, share_of=errors.share_of, at_least=errors.at_least)
        for name, each in dimensions.items()
    )
    return Row(
        "Providers",
        (
            _each("First answer p95, s", voice.PROVIDER_LATENCY, "p95", dimensions, calls.PROVIDER),
            Graph("Requests that fail, %", failing, (errors,)),
            _each("Requests a minute", voice.PROVIDER_REQUESTS, "Sum", dimensions),
            Graph("Cost of a call, US $", tuple(Line(voice.SESSION_COST, s, shown.ours, s) for s in MIDDLE_AND_TAIL)),
        ),
    )


def _infrastructure(shown: Shown) -> Row:
    """What it all runs on."""
    ours, database = shown.ours, {"database": shown.database}
    caches = {name: {"CacheClusterId": name} for name in shown.caches}
    nodes = media.node_rules(ceiling_participants=shown.ceiling_participants)
    return Row(
        "Infrastructure",
        (
            _each("CPU, %", aws.SERVICE_CPU, "Average", shown.services, CPU),
            _each("Memory of the largest task, %", aws.SERVICE_MEMORY, "Maximum", shown.services, MEMORY),
            _each("Tasks", aws.SERVICE_RUNNING, "Minimum", shown.services),
            _one("Participants on the fullest node", voice.NODE_PARTICIPANTS, "Maximum", ours, nodes),
            _one("Packet loss, %", voice.PACKET_LOSS, "Average", ours, nodes),
            _each("Database connections", aws.DATABASE_CONNECTIONS, "Maximum", database, shown.database_rules),
            _each("Database CPU, %", aws.DATABASE_CPU, "Average", database, shown.database_rules),
            _each("Valkey memory, %", aws.CACHE_MEMORY, "Maximum", caches, stores.CACHE),
        ),
    )


def _one(
    title: str, metric: Metric | AwsMetric, statistic: str, dimensions: Mapping[str, str], rules: Sequence[AlarmRule]
) -> Graph:
    return Graph(title, (Line(metric, statistic, dimensions, statistic.lower()),), _on(metric, rules))


def _each(
    title: str,
    metric: Metric | AwsMetric,
    statistic: str,
    dimensions: Mapping[str, Mapping[str, str]],
    rules: Sequence[AlarmRule] = (),
) -> Graph:
    """One line for each of several things, by name."""
    return Graph(
        title, tuple(Line(metric, statistic, each, name) for name, each in dimensions.items()), _on(metric, rules)
    )


def _on(metric: Metric | AwsMetric, rules: Sequence[AlarmRule]) -> tuple[AlarmRule, ...]:
    """The alarms on a metric's own value: not on how often it comes, nor parts of others."""
    return tuple(rule for rule in rules if rule.metric == metric and rule.statistic != "SampleCount" and rule.tells)
