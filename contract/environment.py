"""The variables of every container: one class each, a variable's name is its field's in capitals.

Infrastructure binds a class to values and secrets (`voice_constructs.binding.bind`); the
process reads the same class with `AgentEnv.read(os.environ)`. A field of type `SecretStr`
is a secret: on AWS it comes from Secrets Manager and from nowhere else.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, SecretStr, ValidationError

from contract.timing import PUBLISH_SECONDS

Port = Annotated[int, Field(ge=1, le=65535)]


class EnvironmentUnreadable(Exception):
    """A container's variables do not fit its class; raised at start, before anything is served."""


class ContainerEnv(BaseModel):
    """The variables of one container."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Pick this container's variables out of the process's environment; the rest is ignored.

        An empty variable is one that was not set: a template with a hole in it must not start a process.

        Raises:
            EnvironmentUnreadable: Names every variable that is missing or malformed, never its value.
        """
        known = {name: value for name in cls.model_fields if (value := variables.get(name.upper()))}
        try:
            return cls.model_validate(known)
        except ValidationError as unreadable:
            faults = "; ".join(f"{str(error['loc'][0]).upper()}: {error['msg']}" for error in unreadable.errors())
            raise EnvironmentUnreadable(f"{cls.__name__}: {faults}") from None

    def variables(self) -> dict[str, str]:
        """Answer what `read` would read this from, secrets in the clear: for starting a process, never for a log."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return {name.upper(): _text(value) for name, value in given.items() if value is not None}


class ProcessEnv(ContainerEnv):
    """What every process of ours is told."""

    listen_host: str = Field("0.0.0.0", description="a laptop's processes listen on 127.0.0.1")
    local_port: Port | None = Field(None, description="on a laptop, instead of the port in contract.services")
    environment: str
    service: str
    aws_region: str
    release: str = Field(description="the image's tag, shown in logs and errors")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    publish_seconds: float = Field(PUBLISH_SECONDS, ge=0.5, le=60, description="from report to report to CloudWatch")
    sentry_dsn: SecretStr | None = None
    posthog_api_key: SecretStr | None = None


class LiveKitClientEnv(ContainerEnv):
    """How to reach LiveKit as a client of its API."""

    livekit_url: str = Field(description="the one stable URL in front of the nodes, wss://…")
    livekit_api_key: str = Field(description="the key's id, not a secret")
    livekit_api_secret: SecretStr


class LiveStateEnv(ContainerEnv):
    """The Valkey group of LiveKit and of live session state."""

    live_redis_url: str = Field(description="rediss://host:port/0 without a password")
    live_redis_password: SecretStr | None = None


class BrokerEnv(ContainerEnv):
    """The Valkey group of the Celery broker."""

    broker_redis_url: str = Field(description="rediss://host:port/0 without a password")
    broker_redis_password: SecretStr | None = None


class DatabaseEnv(ContainerEnv):
    """PostgreSQL. Without a password the process signs in with an IAM token made for each connection."""

    database_host: str
    database_port: Port
    database_name: str
    database_user: str
    database_password: SecretStr | None = None
    database_sslmode: Literal["disable", "require", "verify-full"] = "verify-full"
    database_pool_size: int = Field(10, ge=1, le=200, description="connections a process may hold")
    database_replica_host: str | None = None
    database_via_pgbouncer: bool = Field(False, description="no prepared statements, no server-side cursors")


class StorageEnv(ContainerEnv):
    """The two buckets."""

    recordings_bucket: str
    artefacts_bucket: str


class TimingEnv(ContainerEnv):
    """The durations of a call, from `contract.timing.Timing`, in seconds."""

    join_window_seconds: PositiveInt
    rejoin_window_seconds: PositiveInt
    idle_seconds: PositiveInt
    max_call_seconds: PositiveInt
    zombie_seconds: PositiveInt
    post_call_seconds: PositiveInt
    handoff_seconds: PositiveInt
    room_empty_timeout_seconds: PositiveInt
    room_departure_timeout_seconds: PositiveInt
    agent_drain_seconds: PositiveInt
    scale_in_protection_seconds: PositiveInt
    emergency_stop_seconds: PositiveInt
    token_lifetime_seconds: PositiveInt


class ProviderKeys(ContainerEnv):
    """The providers' keys; those that the enabled pipelines need are bound."""

    deepgram_api_key: SecretStr | None = None
    openai_api_key: SecretStr | None = None
    elevenlabs_api_key: SecretStr | None = None
    azure_openai_api_key: SecretStr | None = None
    azure_speech_key: SecretStr | None = None
    google_api_key: SecretStr | None = None


class ProviderEnv(ProviderKeys):
    """Which pipelines are offered, and where their providers are."""

    pipelines: str = Field(description="names of the enabled pipelines, separated by commas")
    vad: Literal["builtin", "silero"] = "builtin"
    deepgram_url: str | None = None
    openai_url: str | None = None
    elevenlabs_url: str | None = None
    azure_openai_endpoint: str | None = None
    azure_openai_deployment: str | None = None
    azure_speech_region: str | None = None
    azure_speech_url: str | None = None
    google_url: str | None = None
    local_speech_url: str | None = Field(None, description="of runtime.providers.speech, on a laptop only")


class AgentEnv(ProcessEnv, LiveKitClientEnv, LiveStateEnv, StorageEnv, TimingEnv, ProviderEnv):
    """The agent server."""

    agent_name: str = Field(description="explicit dispatch only reaches servers of this name")
    session_capacity: int = Field(ge=1, le=100, description="calls that one task may hold")
    num_cpus: float = Field(
        gt=0, allow_inf_nan=False, description="vCPUs of the task; Fargate shows the host's count otherwise"
    )
    job_memory_limit_mib: PositiveInt = 600
    callback_url: str = Field(description="the control plane's internal listener, for turns, heartbeats and finish")


class GatewayEnv(ProcessEnv, LiveStateEnv, StorageEnv, TimingEnv, ProviderEnv):
    """The WebSocket service."""

    voice_capacity: int = Field(ge=0, le=25, description="voice calls that one process may carry")
    socket_capacity: int = Field(ge=1, description="event sockets that one process may hold")
    allowed_origins: str = Field(description="origins that may open a socket, separated by commas")
    callback_url: str


class ControlPlaneEnv(ProcessEnv, LiveKitClientEnv, LiveStateEnv, BrokerEnv, DatabaseEnv, StorageEnv, TimingEnv):
    """What every process of the control plane has."""

    django_secret_key: SecretStr
    callback_signing_key: SecretStr = Field(description="signs the callback token of each session")
    allowed_hosts: str = Field(description="host names that Django answers to, separated by commas")
    pipelines: str
    agent_name: str
    livekit_regions: str = Field("", description="region=url of the further regions, separated by commas")
    voice_websocket_url: str
    session_completed_queue_url: str | None = None
    overflow: Literal["none", "livekit-cloud"] = "none"
    overflow_livekit_url: str | None = None
    overflow_livekit_api_key: SecretStr | None = None
    overflow_livekit_api_secret: SecretStr | None = None
    silk_enabled: bool = False


class ApiEnv(ControlPlaneEnv):
    """The API."""

    api_key: SecretStr = Field(description="the one key of /api/v1")
    livekit_keys: SecretStr = Field(
        description="JSON of key id → secret: what a webhook may be signed with, two while the key is rotated"
    )
    cors_allowed_origins: str
    web_workers: int = Field(2, ge=1, le=32)


class CeleryEnv(ControlPlaneEnv):
    """A Celery worker of one pool."""

    celery_pool: str = Field(description="a name in `contract.pools`")
    celery_concurrency: int = Field(ge=1, le=500)
    remap_sigterm: Literal["SIGQUIT"] = Field("SIGQUIT", description="SIGTERM gives running tasks back in time")


class BeatEnv(ControlPlaneEnv):
    """Celery beat."""


class SupervisorEnv(ControlPlaneEnv):
    """The supervisor: the timers of every call, and the publisher of queue and fleet metrics."""

    agent_cluster: str
    agent_service: str


class MigrationEnv(ControlPlaneEnv):
    """The one-off task that migrates the schema and creates the application's database role."""

    database_owner_credentials: SecretStr | None = Field(
        None, description="RDS's own secret as JSON, the only container that has it"
    )
    pool_role_password: SecretStr | None = Field(None, description="given to the role that PgBouncer signs in with")


class FlowerEnv(ProcessEnv, BrokerEnv):
    """Flower, outside production only."""

    flower_basic_auth: SecretStr | None = Field(None, description="user:password")


class GuardianEnv(ProcessEnv):
    """The sidecar that speaks to ECS and CloudWatch for LiveKit or egress."""

    guarded: Literal["livekit", "egress"]
    prometheus_url: str
    health_url: str
    scale_in_protection_seconds: PositiveInt


class LiveKitServerEnv(ContainerEnv):
    """livekit-server's own variables; an environment variable wins over the YAML."""

    livekit_config: str = Field(description="the YAML of contract.media.livekit_configuration")
    livekit_keys: SecretStr = Field(description="JSON of key id → secret, which is YAML too")
    redis_password: SecretStr | None = None


class EgressServerEnv(ContainerEnv):
    """livekit-egress's own variables; the password's place in the template is @REDIS_PASSWORD@."""

    egress_config_template: str = Field(description="the YAML of contract.media.egress_configuration")
    livekit_ws_url: str
    livekit_api_key: str
    livekit_api_secret: SecretStr
    redis_password: SecretStr


class PgBouncerEnv(ContainerEnv):
    """PgBouncer."""

    database_host: str
    database_port: Port
    database_name: str
    database_user: str
    database_password: SecretStr
    database_sslmode: Literal["disable", "require", "verify-full"] = "verify-full"
    listen_port: Port
    max_client_connections: PositiveInt
    server_pool_size: PositiveInt
    server_idle_seconds: PositiveInt = 600


def _text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value).lower() if isinstance(value, bool) else str(value)
