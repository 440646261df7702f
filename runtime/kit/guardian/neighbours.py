"""What the numbers of LiveKit and of egress mean: how busy the task is, and what CloudWatch is told.

Names as in LiveKit server 1.13.5 (pkg/telemetry/prometheus) and egress 1.14.1 (pkg/stats); a counter that
has not counted yet is absent.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, Protocol

from prometheus_client.parser import text_string_to_metric_families

from contract.metrics import (
    NODE_PACKETS,
    NODE_PARTICIPANTS,
    NODE_ROOMS,
    PACKET_LOSS,
    RECORDING_SLOTS_FREE,
    RECORDINGS_ACTIVE,
    Metric,
)

RECORDING_VCPU: Final = 1.0  # egress's admission cost of an audio-only recording (facts: livekit §5, Egress)
RECORDING_CPU_SHARE: Final = 0.8  # `max_cpu_utilization` in contract.media.egress_configuration

Numbers = Mapping[str, float]


class Reading(NamedTuple):
    """One look at a neighbour.

    Attributes:
        busy: Participants or recordings: while there are any the task must not be stopped.
    """

    busy: int
    values: dict[Metric, float]


class Neighbour(Protocol):
    """Whose numbers they are."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What is published of it."""

    def read(self, numbers: Numbers, *, now: float) -> Reading:
        """Say what they mean; `now` is a monotonic clock's, in seconds."""


def numbers_of(text: str) -> Numbers:
    """Add up the samples of each name in Prometheus' text, whatever their labels."""
    sums: dict[str, float] = defaultdict(float)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            sums[sample.name] += sample.value
    return sums


class LiveKit:
    """A media node."""

    metrics = (NODE_ROOMS, NODE_PARTICIPANTS, NODE_PACKETS, PACKET_LOSS)

    def __init__(self) -> None:
        """Nothing was read yet: rates begin with the second reading."""
        self._before: tuple[float, float, float] | None = None

    def read(self, numbers: Numbers, *, now: float) -> Reading:
        """Rooms and participants as they are, packets as a rate since the last reading."""
        participants = numbers.get("livekit_participant_total", 0.0)
        values = {NODE_ROOMS: numbers.get("livekit_room_total", 0.0), NODE_PARTICIPANTS: participants}
        packets, lost = numbers.get("livekit_packet_total", 0.0), numbers.get("livekit_packet_loss_total", 0.0)
        if self._before is not None and packets >= self._before[0] and now > self._before[2]:
            moved = packets - self._before[0]
            values[NODE_PACKETS] = moved / (now - self._before[2])
            values[PACKET_LOSS] = min(100.0, 100 * (lost - self._before[1]) / moved) if moved else 0.0
        self._before = packets, lost, now
        return Reading(busy=int(participants), values=values)


class Egress:
    """A recorder."""

    metrics = (RECORDINGS_ACTIVE, RECORDING_SLOTS_FREE)

    def __init__(self, *, vcpus: float) -> None:
        """`vcpus` are the task's."""
        self._vcpus = vcpus

    def read(self, numbers: Numbers, *, now: float) -> Reading:  # noqa: ARG002  rates are LiveKit's
        """Recordings as they are; free slots as egress itself would admit them, by CPU."""
        active = numbers.get("livekit_egress_requests", 0.0)
        idle_vcpus = self._vcpus * (RECORDING_CPU_SHARE - numbers.get("livekit_node_cpu_load", 0.0))
        accepts = numbers.get("livekit_egress_can_accept_request", 0.0) >= 1
        free = max(1, int(idle_vcpus / RECORDING_VCPU)) if accepts else 0
        return Reading(busy=int(active), values={RECORDINGS_ACTIVE: active, RECORDING_SLOTS_FREE: float(free)})


NEIGHBOURS: Final[dict[str, Callable[[], Neighbour]]] = {
    "livekit": LiveKit,
    "egress": lambda: Egress(vcpus=len(os.sched_getaffinity(0))),
}
