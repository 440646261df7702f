"""Are a media node's UDP ports enough, and free?"""

from collections.abc import Iterator

from config.faults import Fault, conflict
from config.instances import NODES
from config.schema import Environment
from config.sections.media import LiveKit
from contract.media import MediaPorts
from contract.services import EGRESS, GUARDIAN

FIRST, LAST = "media.livekit.udp.first", "media.livekit.udp.last"
PORTS_PER_PARTICIPANT = 2
_PORTS = MediaPorts()
TAKEN = {
    "LiveKit's signalling": (_PORTS.signal, _PORTS.signal),
    "LiveKit's TCP fallback": (_PORTS.rtc_tcp, _PORTS.rtc_tcp),
    "TURN": (_PORTS.turn_udp, _PORTS.turn_udp),
    "TURN over TLS": (_PORTS.turn_tls, _PORTS.turn_tls),
    "TURN's relay": (_PORTS.turn_relay_first, _PORTS.turn_relay_last),
    "LiveKit's metrics": (_PORTS.prometheus, _PORTS.prometheus),
    "egress's health": (EGRESS.health_port, EGRESS.health_port),
    "the guardian": (GUARDIAN.health_port, GUARDIAN.health_port),
}


def udp_ports_are_ordered(environment: Environment) -> Iterator[Fault]:
    """The first port is not behind the last."""
    udp = environment.media.livekit.udp
    if udp.first > udp.last:
        yield conflict(
            FIRST,
            LAST,
            allowed=f"{FIRST} {udp.first} must not be more than {LAST} {udp.last}",
            remedy="exchange them",
        )


def udp_ports_are_enough(environment: Environment) -> Iterator[Fault]:
    """Two ports for each participant, or with mux one for each vCPU."""
    livekit = environment.media.livekit
    needed, reason = _needed(livekit)
    ports = livekit.udp.last - livekit.udp.first + 1
    if 0 < ports < needed:
        yield conflict(
            FIRST,
            LAST,
            "media.livekit.udp.mux",
            "media.livekit.instance_type" if livekit.udp.mux else "media.livekit.scaling.ceiling_participants",
            allowed=f"{FIRST} to {LAST} are {ports} ports, and {reason} {needed}",
            remedy=f"widen the range to {needed} ports",
        )


def udp_ports_are_free(environment: Environment) -> Iterator[Fault]:
    """The range holds no port that a media node uses for something else."""
    udp = environment.media.livekit.udp
    for owner, (first, last) in TAKEN.items():
        if udp.first <= last and first <= udp.last:
            taken = str(first) if first == last else f"{first} to {last}"
            yield conflict(
                FIRST,
                LAST,
                allowed=f"{FIRST} to {LAST} must not hold {taken}, which is {owner}",
                remedy="choose a range above 40000, such as 50000 to 60000",
            )


def _needed(livekit: LiveKit) -> tuple[int, str]:
    if not livekit.udp.mux:
        participants = livekit.scaling.ceiling_participants
        return PORTS_PER_PARTICIPANT * participants, f"ceiling_participants {participants} needs two each,"
    machine = NODES.get(livekit.instance_type)
    return (machine.vcpus if machine else 1), f"mux on {livekit.instance_type} needs one for each vCPU,"
