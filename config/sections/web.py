"""The two services that callers' browsers speak to, and the page."""

from pydantic import Field

from config.sections.capacity import ScaleIn, ScaleOut, ServiceSection, Tasks, TaskSize
from config.sections.section import Section
from contract.timing import FARGATE_STOP_TIMEOUT_SECONDS


class ApiScaling(Section):
    """Target tracking on four signals; response time only ever adds tasks."""

    cpu_percent: int = Field(60, ge=10, le=95)
    """Hold CPU use here."""
    memory_percent: int = Field(70, ge=10, le=95)
    """Hold memory use here."""
    requests_per_target_per_minute: int = Field(3000, ge=10)
    """Hold requests per task and minute here."""
    response_time_p95_ms: int = Field(300, ge=10, le=60_000)
    """Grow when 5 % of requests take longer."""
    out_cooldown_seconds: int = Field(60, ge=10, le=3600)
    """Between two steps out."""
    in_cooldown_seconds: int = Field(300, ge=10, le=3600)
    """Between two steps in."""


class Api(ServiceSection):
    """The API; at least two tasks always."""

    tasks: Tasks = Tasks(min=2, max=10)
    """How many tasks."""
    size: TaskSize = TaskSize(cpu_units=1024, memory_mib=2048)
    """How big each is."""
    web_workers: int = Field(2, ge=1, le=32)
    """Processes in a task, each with its own connection pool."""
    stop_timeout_seconds: int = Field(60, ge=1, le=FARGATE_STOP_TIMEOUT_SECONDS)
    """From SIGTERM to SIGKILL."""
    scaling: ApiScaling = ApiScaling()
    """When it grows."""


class WebSocketScaling(Section):
    """The signals of the WebSocket service."""

    connections_per_task: int = Field(2000, ge=10)
    """Grow at this many open sockets per task."""
    connects_per_second_per_task: float = Field(50, ge=0.1)
    """Grow at this many new sockets per second and task."""
    voice_slots_percent: int = Field(70, ge=10, le=95)
    """Grow at this share of busy voice slots."""
    low_percent: int = Field(40, ge=1, le=90)
    """All signals below this share of their limits mean quiet."""
    scale_out: ScaleOut = ScaleOut(percent=50, at_least=1)
    """How it grows."""
    scale_in: ScaleIn = ScaleIn()
    """−1 per 60 s."""


class WebSocket(ServiceSection):
    """Events out, and voice over WebSockets in."""

    tasks: Tasks = Tasks(min=2, max=10)
    """How many tasks."""
    size: TaskSize = TaskSize(cpu_units=2048, memory_mib=4096)
    """How big each is."""
    voice_capacity: int = Field(10, ge=0, le=25)
    """Voice calls that one task may carry."""
    socket_capacity: int = Field(5000, ge=1)
    """Event sockets that one task may hold."""
    idle_timeout_seconds: int = Field(60, ge=30, le=4000)
    """The load balancer cuts a silent socket; we ping every 20 s."""
    keep_alive_seconds: int = Field(3600, ge=60, le=604_800)
    """The load balancer closes a client's connection at this age."""
    scaling: WebSocketScaling = WebSocketScaling()
    """When it grows."""


class Frontend(Section):
    """The call console on Amplify, built from Git."""

    enabled: bool = True
    """Make the Amplify app."""
    repository: str | None = Field(
        None,
        pattern=r"^https://github\.com/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$",
        examples=["https://github.com/example/voiceplane"],
    )
    """Where Amplify builds from; the delivery repository by default."""
    branch: str = "main"
    """Branch of this environment."""
    subdomain: str = Field("app", pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", examples=["app"])
    """In front of the domain's name."""
