"""The configuration files of LiveKit's server and egress, each from one pure function.

The stacks render them with the values that open the security groups; the local platform
renders them with loopback's. The server refuses to start on a key it does not know, so
every key here was read in version 1.13.5 (server) and 1.14.1 (egress).
"""

from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict

from contract.timing import SIGNAL_RELAY_RETRY_SECONDS

EGRESS_PROMETHEUS_PORT: Final = 9093
REDIS_PASSWORD_PLACE: Final = "@REDIS_PASSWORD@"  # not ${…}: CloudFormation would read that (facts: cdk §7)


class MediaPorts(BaseModel):
    """Every port of a media node, the same for its security group and its YAML.

    Attributes:
        rtc_udp_first: First port of the media range, or of the mux when `rtc_udp_mux`.
        rtc_udp_last: Last port, inclusive.
        rtc_udp_mux: All participants share the ports instead of taking two each.
        turn_tls: Behind the load balancer's TLS on 443.
    """

    model_config = ConfigDict(frozen=True)

    signal: int = 7880
    rtc_tcp: int = 7881
    rtc_udp_first: int = 50000
    rtc_udp_last: int = 60000
    rtc_udp_mux: bool = False
    turn_udp: int = 3478
    turn_tls: int = 5349
    turn_relay_first: int = 30000
    turn_relay_last: int = 40000
    prometheus: int = 6789


class Redis(BaseModel):
    """Where LiveKit's Valkey group is; the password comes from the environment."""

    model_config = ConfigDict(frozen=True)

    address: str
    use_tls: bool


def livekit_configuration(
    *,
    ports: MediaPorts,
    redis: Redis | None,
    webhook_url: str,
    api_key: str,
    room: dict[str, int],
    turn: dict[str, Any],
    network: dict[str, Any],
    **server: Any,
) -> str:
    """LiveKit server's YAML, without any secret.

    Args:
        ports: The ports that the security group opens.
        redis: None runs a single node without Redis.
        webhook_url: Where room and participant events are posted.
        api_key: Id of the key that signs them.
        room: `empty_timeout`, `departure_timeout` in seconds and `max_participants`.
        turn: Result of `turn_behind_load_balancer`, or `{"enabled": False}`.
        network: Keys of `rtc` about addresses, such as `use_external_ip`.
        server: Further top-level keys, such as `bind_addresses` on a laptop.
    """
    udp: dict[str, Any] = (
        {"udp_port": f"{ports.rtc_udp_first}-{ports.rtc_udp_last}"}
        if ports.rtc_udp_mux
        else {"port_range_start": ports.rtc_udp_first, "port_range_end": ports.rtc_udp_last}
    )
    return _as_yaml(
        {
            "port": ports.signal,
            "prometheus": {"port": ports.prometheus},
            "rtc": {"tcp_port": ports.rtc_tcp, **udp, **network},
            **({"redis": _redis(redis)} if redis else {}),
            "turn": turn,
            "webhook": {"api_key": api_key, "urls": [webhook_url]},
            "room": {"auto_create": False, **room},
            "signal_relay": {"retry_timeout": f"{SIGNAL_RELAY_RETRY_SECONDS}s"},
            "api": {"enable_psrpc_for_get_list_participants": True},
            **server,
        }
    )


def turn_behind_load_balancer(*, ports: MediaPorts, domain: str, peer_cidr: str) -> dict[str, Any]:
    """LiveKit's own TURN: TLS ended by the load balancer on 443, UDP directly at the node.

    Args:
        ports: The ports that the security group opens.
        domain: The name in the load balancer's certificate.
        peer_cidr: The network that a relay may reach nodes in; private peers are refused otherwise.
    """
    return {
        "enabled": True,
        "domain": domain,
        "tls_port": ports.turn_tls,
        "external_tls": True,
        "udp_port": ports.turn_udp,
        "relay_range_start": ports.turn_relay_first,
        "relay_range_end": ports.turn_relay_last,
        "allow_restricted_peer_cidrs": [peer_cidr],
    }


def egress_configuration(
    *, redis: Redis, bucket: str, region: str, prometheus_port: int, health_port: int, max_recording_seconds: int
) -> str:
    """Egress's YAML; `@REDIS_PASSWORD@` stands where the container's command puts the password.

    Args:
        redis: The group that LiveKit's server uses too.
        bucket: Recordings go there with the task's own role: no key in the file.
        region: The bucket's.
        max_recording_seconds: A recording is ended and uploaded then.
    """
    return _as_yaml(
        {
            "prometheus_port": prometheus_port,
            "health_port": health_port,
            "redis": {**_redis(redis), "password": REDIS_PASSWORD_PLACE},
            "storage": {"s3": {"bucket": bucket, "region": region}},
            "session_limits": {"file_output_max_duration": f"{max_recording_seconds}s"},
            "cpu_cost": {"max_cpu_utilization": 0.8},
        }
    )


def _redis(redis: Redis) -> dict[str, Any]:
    """Without `insecure: false` the server would accept any certificate."""
    return {"address": redis.address, **({"tls": {"enabled": True, "insecure": False}} if redis.use_tls else {})}


def _as_yaml(configuration: dict[str, Any]) -> str:
    """One line per value, so that an unresolved value survives whole."""
    return yaml.safe_dump(configuration, sort_keys=False, width=10**6)
