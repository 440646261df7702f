"""LiveKit server on loopback: the stacks' own configuration with values that let nothing leave this machine."""

from pathlib import Path
from typing import Final

from pydantic import SecretStr

from contract.environment import LiveKitServerEnv
from contract.media import MediaPorts, Redis, livekit_configuration
from contract.session import MAX_PARTICIPANTS
from contract.timing import Timing

LOOPBACK: Final = "127.0.0.1"


def server_command(binary: Path) -> tuple[str, ...]:
    """How a node is started; with Redis it would otherwise advertise the machine's own address."""
    return (str(binary), "--node-ip", LOOPBACK)


def loopback_ports(*, signal: int, udp_first: int, prometheus: int) -> MediaPorts:
    """The ports of one node: `udp_first` and its neighbour carry all media, for the server refuses a range of one.

    Media over TCP is off: its listener ignores `bind_addresses` and would be open to the network.
    """
    return MediaPorts(
        signal=signal,
        rtc_tcp=0,
        rtc_udp_first=udp_first,
        rtc_udp_last=udp_first + 1,
        rtc_udp_mux=True,
        prometheus=prometheus,
    )


def server_environment(
    *,
    ports: MediaPorts,
    redis: str | None,
    redis_password: SecretStr | None = None,
    webhook_url: str,
    api_key: str,
    api_secret: SecretStr,
    timing: Timing,
) -> LiveKitServerEnv:
    """The variables of one node that listens, and offers media, on 127.0.0.1 only.

    Args:
        ports: From `loopback_ports`.
        redis: `host:port` of the live Valkey; None runs the node alone.
        webhook_url: Of the local API.
        api_key: The key's id.
        api_secret: At least 32 characters; the node refuses to start otherwise.
    """
    configuration = livekit_configuration(
        ports=ports,
        redis=Redis(address=redis, use_tls=False) if redis else None,
        webhook_url=webhook_url,
        api_key=api_key,
        room={
            "empty_timeout": timing.room_empty_timeout_seconds,
            "departure_timeout": timing.room_departure_timeout_seconds,
            "max_participants": MAX_PARTICIPANTS,
        },
        turn={"enabled": False},
        network={  # Linux calls it lo, macOS lo0
            "use_external_ip": False,
            "enable_loopback_candidate": True,
            "interfaces": {"includes": ["lo", "lo0"]},
        },
        bind_addresses=[LOOPBACK],
    )
    keys = f'{{"{api_key}": "{api_secret.get_secret_value()}"}}'
    return LiveKitServerEnv(livekit_config=configuration, livekit_keys=SecretStr(keys), redis_password=redis_password)
