"""Every custom metric: recorded by a process, read by a policy, an alarm, the dashboard and a runbook.

`Metric` carries both of its names: CloudWatch's, and Prometheus's on `/metrics` (the names
of the deployment seed; the scaling seed's are listed as aliases). Only `dimensions` reach
CloudWatch, so that a policy's metric is exactly the published one; `labels` are Prometheus only.
"""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

NAMESPACE: Final = "Voiceplane"
ENVIRONMENT: Final = "Environment"
POOL: Final = "Pool"
PROVIDER: Final = "Provider"


class Unit(StrEnum):
    """CloudWatch's units that we use."""

    COUNT = "Count"
    COUNT_PER_SECOND = "Count/Second"
    PERCENT = "Percent"
    SECONDS = "Seconds"
    MILLISECONDS = "Milliseconds"
    NONE = "None"


class Kind(StrEnum):
    """How Prometheus records it."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"


class Metric(BaseModel):
    """One measured quantity, the same object on both sides.

    Attributes:
        publisher: The container that publishes it to CloudWatch, by its name in `contract.services`.
        dimensions: CloudWatch dimensions, always all of them.
        labels: Further Prometheus labels.
        buckets: A histogram's upper bounds, in the metric's unit.
        aliases: Other names under which `/metrics` shows it.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    prometheus: str
    unit: Unit
    kind: Kind
    publisher: str
    meaning: str
    dimensions: tuple[str, ...] = (ENVIRONMENT,)
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    aliases: tuple[str, ...] = ()


def _gauge(name: str, prometheus: str, unit: Unit, publisher: str, meaning: str, **more: tuple[str, ...]) -> Metric:
    return Metric(
        name=name, prometheus=prometheus, unit=unit, kind=Kind.GAUGE, publisher=publisher, meaning=meaning, **more
    )


def _counter(name: str, prometheus: str, publisher: str, meaning: str, **more: tuple[str, ...]) -> Metric:
    return Metric(
        name=name,
        prometheus=prometheus,
        unit=Unit.COUNT,
        kind=Kind.COUNTER,
        publisher=publisher,
        meaning=meaning,
        **more,
    )


# The agent fleet, counted by the supervisor from the workers' heartbeats.
SESSIONS_ACTIVE: Final = _gauge(
    "SessionsActive",
    "voice_sessions_active",
    Unit.COUNT,
    "supervisor",
    "calls that an agent is in",
    labels=("provider", "language"),
    aliases=("voice_agent_active_sessions_total",),
)
SESSION_CAPACITY: Final = _gauge(
    "SessionCapacity",
    "voice_agent_session_capacity",
    Unit.COUNT,
    "supervisor",
    "calls that the agent tasks which accept jobs can hold",
)
SESSION_UTILIZATION: Final = _gauge(
    "SessionUtilization",
    "voice_agent_session_utilization",
    Unit.PERCENT,
    "supervisor",
    "active sessions ÷ capacity over tasks that accept jobs",
)
FREE_SLOTS: Final = _gauge(
    "FreeSlots", "voice_agent_free_slots", Unit.COUNT, "supervisor", "calls that could start at this moment"
)
JOBS_REJECTED: Final = _counter(
    "JobsRejected", "voice_agent_jobs_rejected_total", "supervisor", "jobs that agent servers refused as full"
)
ROOMS_WITHOUT_AGENT: Final = _gauge(
    "RoomsWithoutAgent",
    "livekit_rooms_without_agent",
    Unit.COUNT,
    "supervisor",
    "rooms with a caller and no agent for more than 4 s",
)

# The WebSocket service's fleet, counted by the supervisor from the gateways' heartbeats.
WEBSOCKET_CONNECTIONS: Final = _gauge(
    "WebSocketConnections", "voice_ws_connections", Unit.COUNT, "supervisor", "open sockets of the whole service"
)
WEBSOCKET_CONNECT_RATE: Final = _gauge(
    "WebSocketConnectRate",
    "voice_ws_connects_per_second",
    Unit.COUNT_PER_SECOND,
    "supervisor",
    "new sockets of the whole service",
)
VOICE_SLOT_UTILIZATION: Final = _gauge(
    "VoiceSlotUtilization",
    "voice_ws_voice_slot_utilization",
    Unit.PERCENT,
    "supervisor",
    "voice calls over WebSockets ÷ the slots for them",
)

# The Celery pools, read from the broker by the supervisor.
QUEUE_DEPTH: Final = _gauge(
    "QueueDepth",
    "voice_pipeline_queue_depth",
    Unit.COUNT,
    "supervisor",
    "messages that wait in a pool's queue",
    dimensions=(ENVIRONMENT, POOL),
    labels=("stage",),
)
QUEUE_WAIT: Final = _gauge(
    "QueueWait",
    "voice_pipeline_queue_wait_seconds",
    Unit.SECONDS,
    "supervisor",
    "age of the oldest message in a pool's queue",
    dimensions=(ENVIRONMENT, POOL),
)

# Media nodes, read by the guardian beside each; CloudWatch's Average is the value per node.
NODE_PARTICIPANTS: Final = _gauge(
    "NodeParticipants", "voice_node_participants", Unit.COUNT, "guardian", "participants on one LiveKit node"
)
NODE_ROOMS: Final = _gauge("NodeRooms", "voice_node_rooms", Unit.COUNT, "guardian", "rooms on one LiveKit node")
NODE_PACKETS: Final = _gauge(
    "NodePackets",
    "voice_node_packets_per_second",
    Unit.COUNT_PER_SECOND,
    "guardian",
    "packets in and out of one LiveKit node",
)
NODE_NOT_READY: Final = _gauge(
    "NodeNotReady", "voice_node_not_ready", Unit.COUNT, "guardian", "1 while a LiveKit node answers 406"
)
PACKET_LOSS: Final = _gauge(
    "PacketLoss", "voice_node_packet_loss_percent", Unit.PERCENT, "guardian", "packets lost ÷ sent on one LiveKit node"
)
RECORDING_SLOTS_FREE: Final = _gauge(
    "RecordingSlotsFree",
    "voice_recording_slots_free",
    Unit.COUNT,
    "guardian",
    "recordings that one egress task could still start",
)
RECORDINGS_ACTIVE: Final = _gauge(
    "RecordingsActive", "voice_recordings_active", Unit.COUNT, "guardian", "recordings that one egress task makes"
)

# Protection against scale-in, by whoever holds it.
PROTECTION_REFUSED: Final = _counter(
    "ProtectionRefused",
    "voice_protection_refused_total",
    "agent",
    "requests for scale-in protection that ECS refused",
)
PROTECTED_TASKS: Final = _gauge(
    "ProtectedTasks", "voice_protected_tasks", Unit.COUNT, "supervisor", "tasks that may not be scaled in"
)

# The calls themselves.
TIME_TO_FIRST_AUDIO: Final = Metric(
    name="TimeToFirstAudio",
    prometheus="voice_session_ttfv_seconds",
    unit=Unit.SECONDS,
    kind=Kind.HISTOGRAM,
    publisher="agent",
    meaning="session start to the agent's first audio",
    labels=("provider",),
    buckets=(0.5, 1, 1.5, 2, 3, 5, 10),
)
TURN_LATENCY: Final = Metric(
    name="TurnLatency",
    prometheus="voice_turn_latency_seconds",
    unit=Unit.SECONDS,
    kind=Kind.HISTOGRAM,
    publisher="agent",
    meaning="end of the caller's turn to the agent's audio",
    labels=("provider",),
    buckets=(0.3, 0.5, 0.8, 1, 1.5, 2, 3, 5),
)
MEDIA_LATENCY: Final = Metric(
    name="MediaLatency",
    prometheus="voice_audio_latency_ms",
    unit=Unit.MILLISECONDS,
    kind=Kind.HISTOGRAM,
    publisher="agent",
    meaning="latency that our own servers add to audio",
    labels=("provider",),
    buckets=(50, 100, 150, 200, 300, 500, 1000, 2000),
)
SESSION_DURATION: Final = Metric(
    name="SessionDuration",
    prometheus="voice_session_duration_seconds",
    unit=Unit.SECONDS,
    kind=Kind.HISTOGRAM,
    publisher="celery",
    meaning="length of an ended call",
    labels=("provider", "completion_reason"),
    buckets=(60, 300, 600, 900, 1200, 1800, 2700, 3600),
)
SESSIONS_ENDED: Final = _counter(
    "SessionsEnded",
    "voice_sessions_ended_total",
    "celery",
    "calls that reached a terminal state",
    labels=("completion_reason",),
)
SESSIONS_STUCK: Final = _gauge(
    "SessionsStuck", "voice_sessions_stuck", Unit.COUNT, "supervisor", "sessions active in the record, without an agent"
)
SESSION_COST: Final = Metric(
    name="SessionCost",
    prometheus="voice_session_cost_dollars",
    unit=Unit.NONE,
    kind=Kind.HISTOGRAM,
    publisher="celery",
    meaning="US dollars that providers charge for an ended call",
    labels=("provider",),
    buckets=(0.5, 1, 2, 5, 10, 15, 25),
)
# Nobody has a budget yet, so nobody publishes it, and no alarm or graph reads it.
BUDGET_USED: Final = _gauge(
    "BudgetUsed",
    "voice_budget_used_percent",
    Unit.PERCENT,
    "supervisor",
    "the most used budget: spent ÷ allowed",
    labels=("study_id",),
)

# Providers.
PROVIDER_REQUESTS: Final = _counter(
    "ProviderRequests",
    "voice_provider_requests_total",
    "agent",
    "requests to providers",
    dimensions=(ENVIRONMENT, PROVIDER),
)
PROVIDER_ERRORS: Final = _counter(
    "ProviderErrors",
    "voice_provider_errors_total",
    "agent",
    "requests to providers that failed",
    dimensions=(ENVIRONMENT, PROVIDER),
    labels=("error_type",),
)
PROVIDER_LATENCY: Final = Metric(
    name="ProviderLatency",
    prometheus="voice_provider_response_latency_seconds",
    unit=Unit.SECONDS,
    kind=Kind.HISTOGRAM,
    publisher="agent",
    meaning="a provider's time to its first answer",
    dimensions=(ENVIRONMENT, PROVIDER),
    labels=("request_type",),
    buckets=(0.1, 0.25, 0.5, 1, 2, 5),
)

# After the call.
JOB_DURATION: Final = Metric(
    name="JobDuration",
    prometheus="voice_pipeline_job_duration_seconds",
    unit=Unit.SECONDS,
    kind=Kind.HISTOGRAM,
    publisher="celery",
    meaning="run time of a Celery task",
    dimensions=(ENVIRONMENT, POOL),
    labels=("stage",),
    buckets=(1, 5, 10, 30, 60, 120, 300),
)
JOBS_FAILED: Final = _counter(
    "JobsFailed",
    "voice_pipeline_jobs_failed_total",
    "celery",
    "Celery tasks that were dead-lettered",
    dimensions=(ENVIRONMENT, POOL),
    labels=("stage",),
)
OUTBOX_WAIT: Final = _gauge(
    "OutboxWait", "voice_outbox_wait_seconds", Unit.SECONDS, "supervisor", "age of the oldest row in the outbox"
)
BEAT_AGE: Final = _gauge(
    "BeatAge",
    "voice_beat_age_seconds",
    Unit.SECONDS,
    "supervisor",
    "time since a worker of any pool last ran a task that beat sent",
)

# What goes through the API and out of beat; no policy scales on them, the load balancer's numbers do.
API_REQUESTS: Final = _counter(
    "ApiRequests",
    "voice_api_requests_total",
    "api",
    "requests that the API answered; probes are not counted",
    labels=("method", "route", "status"),
)
API_LATENCY: Final = Metric(
    name="ApiLatency",
    prometheus="voice_api_request_duration_seconds",
    unit=Unit.SECONDS,
    kind=Kind.HISTOGRAM,
    publisher="api",
    meaning="from a request's arrival in the API to its answer",
    labels=("method", "route"),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
BEAT_SENT: Final = _counter(
    "BeatTasksSent", "voice_beat_tasks_sent_total", "beat", "tasks that beat sent when they were due", labels=("task",)
)

METRICS: Final = tuple(value for value in globals().values() if isinstance(value, Metric))
