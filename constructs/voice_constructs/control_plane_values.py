"""Values of the control plane's variables, from the environment file; where things are stored comes from `Stores`."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_ecs as ecs

from config.schema import Environment
from config.sections.workers import CeleryPool
from contract.pools import Pool
from contract.services import CALLBACK_PATH, VOICE_PATH
from voice_constructs.binding import Value
from voice_constructs.call_variables import provider_values, timing_values
from voice_constructs.secrets import PlatformSecrets


def control_plane_values(
    environment: Environment, *, secrets: PlatformSecrets, prefix: str, url: str, further: Mapping[str, str]
) -> dict[str, Any]:
    """What the processes of the control plane are told; each takes what its class has a field for.

    Args:
        prefix: Of the environment's physical names; also the agents' name for dispatch.
        url: LiveKit's in the home region.
        further: LiveKit's in each further region.
    """
    domain = environment.domain.name
    return {
        **timing_values(environment.timing),
        **_overflow_values(environment, secrets=secrets),
        "livekit_url": url,
        "livekit_keys": ecs.Secret.from_secrets_manager(secrets.livekit),
        "livekit_regions": ",".join(f"{region}={address}" for region, address in further.items()),
        "voice_websocket_url": f"wss://ws.{domain}{VOICE_PATH}",
        "agent_name": prefix,
        "agent_cluster": f"{prefix}-agents",
        "agent_service": "agent",
        "pipelines": ",".join(environment.agent.pipelines),
        "allowed_hosts": f"api.{domain},internal.{domain}",
        "cors_allowed_origins": page_origin(environment),
        "web_workers": environment.api.web_workers,
        "api_key": ecs.Secret.from_secrets_manager(secrets.api_key),
        "silk_enabled": environment.background.silk,
    }


def gateway_values(environment: Environment, *, secrets: PlatformSecrets) -> dict[str, Value]:
    """What the WebSocket service is told, besides where things are stored."""
    return {
        **timing_values(environment.timing),
        **provider_values(environment.agent, secrets=secrets),
        "voice_capacity": environment.websocket.voice_capacity,
        "socket_capacity": environment.websocket.socket_capacity,
        "allowed_origins": page_origin(environment),
        "callback_url": f"https://internal.{environment.domain.name}{CALLBACK_PATH}",
    }


def pool_values(pool: Pool, *, workers: CeleryPool) -> dict[str, Value]:
    """What tells one pool's workers from another's."""
    return {"celery_pool": pool.name, "celery_concurrency": workers.concurrency, "remap_sigterm": "SIGQUIT"}


def page_origin(environment: Environment) -> str:
    """Where the call console is served: the one origin that browsers may call from."""
    return f"https://{environment.frontend.subdomain}.{environment.domain.name}"


def _overflow_values(environment: Environment, *, secrets: PlatformSecrets) -> dict[str, Value]:
    media = environment.media
    if media.overflow == "none":
        return {"overflow": media.overflow}
    return {
        "overflow": media.overflow,
        "overflow_livekit_url": media.overflow_url,
        "overflow_livekit_api_key": ecs.Secret.from_secrets_manager(secrets.overflow, field="api_key"),
        "overflow_livekit_api_secret": ecs.Secret.from_secrets_manager(secrets.overflow, field="api_secret"),
    }
