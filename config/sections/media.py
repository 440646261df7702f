"""LiveKit's nodes, their ports, and egress."""

from typing import Literal

from pydantic import Field

from config.sections.capacity import ScaleIn, ScaleOut, ServiceSection, Tasks, TaskSize
from config.sections.section import Section


class UdpPorts(Section):
    """The UDP ports that are open to the world on every media node."""

    first: int = Field(50000, ge=1024, le=65535)
    """First port."""
    last: int = Field(60000, ge=1024, le=65535)
    """Last port, inclusive."""
    mux: bool = False
    """All participants share the ports (as many as vCPUs at least) instead of taking two each."""


class LiveKitScaling(Section):
    """When LiveKit's fleet grows; values per node, as measured for the instance type."""

    ceiling_participants: int = Field(300, ge=10, le=20_000)
    """Participants that one node is known to carry: 150 calls of two (ruling X7), until you measure more."""
    participants_percent: int = Field(70, ge=10, le=95)
    """Grow at this share of the ceiling."""
    rooms_percent: int = Field(70, ge=10, le=95)
    """Grow at this share of half the ceiling."""
    packets_per_second: int = Field(60_000, ge=1000)
    """Grow at this many packets per second in and out of a node: 2 × 50 each way per participant and head-room."""
    cpu_percent: int = Field(60, ge=10, le=95)
    """Grow at this CPU use."""
    low_percent: int = Field(35, ge=1, le=90)
    """All signals below this share of the ceiling mean quiet."""
    scale_out: ScaleOut = ScaleOut(percent=50, at_least=1)
    """How it grows."""
    scale_in: ScaleIn = ScaleIn(cooldown_seconds=300)
    """How it shrinks."""


class LiveKit(Section):
    """The SFU: one server per EC2 instance, on the host's network."""

    instance_type: str = "c7g.xlarge"
    """EC2 instance type; its vCPUs bound the UDP ports."""
    tasks: Tasks = Tasks(min=2, max=6)
    """How many nodes."""
    udp: UdpPorts = UdpPorts()
    """Open ports."""
    scaling: LiveKitScaling = LiveKitScaling()
    """When the fleet grows."""
    key_id: str = Field("", pattern=r"^[A-Za-z0-9-]{0,64}$")
    """The field of the secret `livekit` that clients sign with; empty for the first (`voicectl secrets rotate`)."""


class EgressScaling(Section):
    """When the egress fleet grows."""

    free_slots: float = Field(1.0, ge=0, le=50)
    """Grow when a task can start fewer recordings than this, on average."""
    cpu_percent: int = Field(60, ge=10, le=95)
    """Grow at this CPU use."""
    idle_slots: float = Field(4.0, ge=0, le=100)
    """More free recordings per task than this mean quiet."""
    scale_out: ScaleOut = ScaleOut(percent=100, at_least=1)
    """How it grows."""
    scale_in: ScaleIn = ScaleIn(cooldown_seconds=300)
    """How it shrinks."""


class Egress(ServiceSection):
    """Recording on the server side."""

    enabled: bool = True
    """Without it calls are recorded by the agent only."""
    tasks: Tasks = Tasks(min=1, max=6)
    """How many tasks."""
    size: TaskSize = TaskSize(cpu_units=4096, memory_mib=8192)
    """4 vCPU is what one composite recording needs (facts: livekit §5)."""
    scaling: EgressScaling = EgressScaling()
    """When it grows."""


class Media(Section):
    """Everything that a caller's audio touches."""

    livekit: LiveKit = LiveKit()
    """The SFU."""
    egress: Egress = Egress()
    """Recording."""
    overflow: Literal["none", "livekit-cloud"] = "none"
    """Where new rooms go at 80 % of our own capacity."""
    overflow_url: str | None = Field(None, pattern=r"^wss://[^\s/]+$", examples=["wss://example.livekit.cloud"])
    """The LiveKit Cloud project's URL, when overflow is livekit-cloud."""
