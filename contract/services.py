"""The containers of the platform: what each is called, which image it runs, and how it is asked and told.

A service's scaling and size are configuration; its name, port, command and probe are not,
because the process inside depends on them.
"""

from typing import Final

from pydantic import BaseModel, ConfigDict

from contract.environment import (
    AgentEnv,
    ApiEnv,
    BeatEnv,
    CeleryEnv,
    ContainerEnv,
    EgressServerEnv,
    FlowerEnv,
    GatewayEnv,
    GuardianEnv,
    LiveKitServerEnv,
    MigrationEnv,
    PgBouncerEnv,
    SupervisorEnv,
)
from contract.images import AGENT as AGENT_IMAGE
from contract.images import CONTROL_PLANE, GATEWAY, Image
from contract.images import EGRESS as EGRESS_IMAGE
from contract.images import GUARDIAN as GUARDIAN_IMAGE
from contract.images import LIVEKIT as LIVEKIT_IMAGE
from contract.images import PGBOUNCER as PGBOUNCER_IMAGE

LIVENESS_PATH: Final = "/livez"  # the process runs: ECS replaces the task when it does not
READINESS_PATH: Final = "/readyz"  # the process serves: a load balancer asks
API_HEALTH_PATH: Final = "/api/health"
API_PATHS: Final = ("/api/*",)  # on the public listener; anything else is 404 there
INTERNAL_API_PATHS: Final = ("/api/*", "/internal/*", "/webhooks/*", "/admin/*", "/static/*")
WEBHOOK_PATH: Final = "/webhooks/livekit"
CALLBACK_PATH: Final = "/internal"
VOICE_PATH: Final = "/voice"
EVENTS_PATH: Final = "/events"
WEBSOCKET_PATHS: Final = (VOICE_PATH, EVENTS_PATH)
METRICS_PATH: Final = "/metrics"


class Container(BaseModel):
    """One container.

    Attributes:
        name: Of the ECS service and the log stream; `celery-voice` and so on for a pool.
        entry_point: Overrides the image's; empty keeps it.
        command: Overrides the image's; empty keeps it.
        port: Where it serves; 0 for none.
        health_port: Where it answers its probe; 0 means the probe is a command.
        probe: A shell command that ECS runs in the container; empty for none.
        environment: Its variables.
        grace_seconds: From the start of the container to the first probe that counts.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    image: Image
    environment: type[ContainerEnv]
    entry_point: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    port: int = 0
    health_port: int = 0
    probe: str = ""
    grace_seconds: int = 60


def _http_probe(port: int, path: str) -> str:
    """Our images have Python and no curl."""
    return f"python -m runtime.kit.probe http://127.0.0.1:{port}{path}"


LIVEKIT: Final = Container(name="livekit", image=LIVEKIT_IMAGE, environment=LiveKitServerEnv, port=7880)
EGRESS: Final = Container(
    name="egress",
    image=EGRESS_IMAGE,
    environment=EgressServerEnv,
    # As a command it would be arguments of the maker's own /entrypoint.sh, which ignores them (its v1.14.1 Dockerfile).
    entry_point=(
        "/bin/bash",
        "-c",
        'export EGRESS_CONFIG_BODY="${EGRESS_CONFIG_TEMPLATE//@REDIS_PASSWORD@/"$REDIS_PASSWORD"}";'
        " exec /entrypoint.sh",
    ),
    health_port=9091,
)
GUARDIAN: Final = Container(
    name="guardian",
    image=GUARDIAN_IMAGE,
    environment=GuardianEnv,
    command=("python", "-m", "runtime.kit.guardian"),
    health_port=9092,
    probe=_http_probe(9092, LIVENESS_PATH),
)
AGENT: Final = Container(
    name="agent",
    image=AGENT_IMAGE,
    environment=AgentEnv,
    command=("python", "-m", "agent.worker"),
    health_port=8082,  # ours; livekit-agents' own on 8081 is 200 while draining (facts: reliability §0.7)
    probe=_http_probe(8082, LIVENESS_PATH),
    grace_seconds=120,
)
API: Final = Container(
    name="api",
    image=CONTROL_PLANE,
    environment=ApiEnv,
    command=("python", "-m", "control_plane.serve"),
    port=8000,
    health_port=8000,
    probe=_http_probe(8000, LIVENESS_PATH),
)
WEBSOCKET: Final = Container(
    name="websocket",
    image=GATEWAY,
    environment=GatewayEnv,
    command=("python", "-m", "runtime.gateway"),
    port=8001,
    health_port=8001,
    probe=_http_probe(8001, LIVENESS_PATH),
)
CELERY: Final = Container(
    name="celery",
    image=CONTROL_PLANE,
    environment=CeleryEnv,
    command=("python", "-m", "control_plane.worker"),
    health_port=9090,
    probe=_http_probe(9090, LIVENESS_PATH),
)
BEAT: Final = Container(
    name="beat",
    image=CONTROL_PLANE,
    environment=BeatEnv,
    command=("python", "-m", "control_plane.beat"),
    health_port=9090,
    probe=_http_probe(9090, LIVENESS_PATH),
)
SUPERVISOR: Final = Container(
    name="supervisor",
    image=CONTROL_PLANE,
    environment=SupervisorEnv,
    command=("python", "-m", "control_plane.supervisor"),
    health_port=9090,
    probe=_http_probe(9090, LIVENESS_PATH),
)
MIGRATION: Final = Container(
    name="migration",
    image=CONTROL_PLANE,
    environment=MigrationEnv,
    command=("python", "-m", "control_plane.migrate"),
)
FLOWER: Final = Container(
    name="flower",
    image=CONTROL_PLANE,
    environment=FlowerEnv,
    command=("python", "-m", "control_plane.flower"),
    port=5555,
    health_port=5555,
    probe=_http_probe(5555, "/healthcheck"),
)
PGBOUNCER: Final = Container(
    name="pgbouncer",
    image=PGBOUNCER_IMAGE,
    environment=PgBouncerEnv,
    port=6432,
    probe="pg_isready -h 127.0.0.1 -p 6432",
)

CONTAINERS: Final = (
    LIVEKIT,
    EGRESS,
    GUARDIAN,
    AGENT,
    API,
    WEBSOCKET,
    CELERY,
    BEAT,
    SUPERVISOR,
    MIGRATION,
    FLOWER,
    PGBOUNCER,
)
