"""The variables of LiveKit and egress: YAML from the values that open the security groups, secrets apart."""

from typing import Protocol

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_secretsmanager as secretsmanager

from config.sections.media import LiveKit
from contract.media import (
    EGRESS_PROMETHEUS_PORT,
    MediaPorts,
    egress_configuration,
    livekit_configuration,
    turn_behind_load_balancer,
)
from contract.services import EGRESS, WEBHOOK_PATH
from contract.session import MAX_PARTICIPANTS
from contract.timing import Timing
from voice_constructs.binding import Value
from voice_constructs.valkey import ValkeyGroup


class LiveKitSecrets(Protocol):
    """What holds LiveKit's key: the home region's secrets, or a further region's copies."""

    @property
    def livekit(self) -> secretsmanager.ISecret:
        """The whole of it, as `LIVEKIT_KEYS`."""

    @property
    def livekit_key_id(self) -> str:
        """The key's id, no secret."""

    @property
    def livekit_client_variables(self) -> dict[str, str | ecs.Secret]:
        """Key id and secret of a client of LiveKit's API."""


def media_ports(livekit: LiveKit) -> MediaPorts:
    """The ports of a node: one value for the security group and the YAML."""
    return MediaPorts(rtc_udp_first=livekit.udp.first, rtc_udp_last=livekit.udp.last, rtc_udp_mux=livekit.udp.mux)


def livekit_variables(
    *,
    ports: MediaPorts,
    timing: Timing,
    live: ValkeyGroup,
    secrets: LiveKitSecrets,
    internal_host: str,
    turn_host: str,
    network_cidr: str,
) -> dict[str, Value]:
    """Values of `LiveKitServerEnv`.

    Args:
        internal_host: The control plane's internal listener, for webhooks.
        network_cidr: Nodes and agents reach each other in it; LiveKit refuses private peers otherwise.
    """
    configuration = livekit_configuration(
        ports=ports,
        redis=live.redis,
        webhook_url=f"https://{internal_host}{WEBHOOK_PATH}",
        api_key=secrets.livekit_key_id,
        room={
            "empty_timeout": timing.room_empty_timeout_seconds,
            "departure_timeout": timing.room_departure_timeout_seconds,
            "max_participants": MAX_PARTICIPANTS,
        },
        turn=turn_behind_load_balancer(ports=ports, domain=turn_host, peer_cidr=network_cidr),
        # Callers come from outside, agents and egress from the VPC: a node tells both of its addresses.
        network={"use_external_ip": True, "advertise_internal_ip": True},
    )
    return {
        "livekit_config": configuration,
        "livekit_keys": ecs.Secret.from_secrets_manager(secrets.livekit),
        "redis_password": live.password,
    }


def egress_variables(
    *, live: ValkeyGroup, secrets: LiveKitSecrets, url: str, bucket: str, bucket_region: str, timing: Timing
) -> dict[str, Value]:
    """Values of `EgressServerEnv`; recordings outlast the longest call by its post-call time."""
    configuration = egress_configuration(
        redis=live.redis,
        bucket=bucket,
        region=bucket_region,
        prometheus_port=EGRESS_PROMETHEUS_PORT,
        health_port=EGRESS.health_port,
        max_recording_seconds=timing.max_call_seconds + timing.post_call_seconds,
    )
    return {
        "egress_config_template": configuration,
        "livekit_ws_url": url,
        "redis_password": live.password,
        **secrets.livekit_client_variables,
    }
