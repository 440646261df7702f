"""The numbers of LiveKit and egress become how busy a task is and what CloudWatch is told."""

from typing import NamedTuple

import pytest

from contract.metrics import (
    NODE_PACKETS,
    NODE_PARTICIPANTS,
    NODE_ROOMS,
    PACKET_LOSS,
    RECORDING_SLOTS_FREE,
    RECORDINGS_ACTIVE,
)
from runtime.kit.guardian.neighbours import Egress, LiveKit, numbers_of

PACKETS = """\
# TYPE livekit_room_total gauge
livekit_room_total{node_id="ND_1",node_type="SERVER"} 2
# TYPE livekit_participant_total gauge
livekit_participant_total{node_id="ND_1",node_type="SERVER"} 5
# TYPE livekit_packet_total counter
livekit_packet_total{country="",direction="incoming",transmission="initial"} %d
livekit_packet_total{country="",direction="outgoing",transmission="initial"} %d
# TYPE livekit_packet_loss_total counter
livekit_packet_loss_total{country="",direction="incoming",source="MICROPHONE",type="AUDIO"} %d
"""


def test_rooms_and_participants_are_told_at_once() -> None:
    """Rates need two looks."""
    reading = LiveKit().read(numbers_of(PACKETS % (0, 0, 0)), now=10)

    assert reading == (5, {NODE_ROOMS: 2, NODE_PARTICIPANTS: 5})


def test_packets_are_a_rate_of_both_directions() -> None:
    """Policies scale on packets a second."""
    node = LiveKit()
    node.read(numbers_of(PACKETS % (1000, 500, 10)), now=10)

    values = node.read(numbers_of(PACKETS % (1600, 900, 30)), now=15).values

    assert values[NODE_PACKETS] == 200
    assert values[PACKET_LOSS] == 2


def test_a_node_at_rest_loses_nothing() -> None:
    """No packets is no loss, and no division by zero."""
    node = LiveKit()
    node.read(numbers_of(PACKETS % (1000, 500, 10)), now=10)

    values = node.read(numbers_of(PACKETS % (1000, 500, 10)), now=15).values

    assert (values[NODE_PACKETS], values[PACKET_LOSS]) == (0, 0)


def test_a_restarted_node_begins_anew() -> None:
    """Its counters fall to zero; a negative rate would scale in."""
    node = LiveKit()
    node.read(numbers_of(PACKETS % (1000, 500, 10)), now=10)

    restarted = node.read(numbers_of(PACKETS % (10, 10, 0)), now=15).values

    assert NODE_PACKETS not in restarted
    assert node.read(numbers_of(PACKETS % (60, 60, 0)), now=20).values[NODE_PACKETS] == 20


def test_an_idle_node_has_no_packet_counter_yet() -> None:
    """LiveKit shows a counter once it has counted."""
    assert LiveKit().read({}, now=10) == (0, {NODE_ROOMS: 0, NODE_PARTICIPANTS: 0})


class Case(NamedTuple):
    """What egress tells, and the slots that are left of four vCPUs."""

    accepts: int
    load: float
    slots: int


@pytest.mark.parametrize("case", [Case(1, 0.0, 3), Case(1, 0.3, 2), Case(1, 0.79, 1), Case(0, 0.1, 0)])
def test_free_slots_are_what_egress_would_admit(case: Case) -> None:
    """It admits up to 80 % of its CPU; while it says that it accepts, one more fits."""
    text = (
        f"livekit_egress_can_accept_request {case.accepts}\n"
        f"livekit_node_cpu_load {case.load}\n"
        'livekit_egress_requests{type="room"} 2\n'
    )

    reading = Egress(vcpus=4).read(numbers_of(text), now=0)

    assert reading == (2, {RECORDINGS_ACTIVE: 2, RECORDING_SLOTS_FREE: case.slots})
