"""The agent service: how many calls a task holds, and when more tasks are needed."""

from typing import Literal

from pydantic import Field

from config.sections.capacity import ScaleIn, ScaleOut, ServiceSection, Tasks, TaskSize
from config.sections.section import Section
from contract.pipelines import PIPELINES


class AgentScaling(Section):
    """The signals of the agent fleet; CPU and memory only ever add tasks."""

    utilization_percent: int = Field(70, ge=10, le=95)
    """Grow at this share of busy slots."""
    free_slots: int = Field(8, ge=0, le=10_000)
    """Grow when fewer calls than this could start at once."""
    rejected_jobs: int = Field(1, ge=1, le=1000)
    """Grow when agent servers refused this many jobs in a minute."""
    rooms_without_agent: int = Field(5, ge=1, le=1000)
    """Grow when more rooms than this wait for an agent."""
    cpu_percent: int = Field(75, ge=10, le=95)
    """Guard: grow at this CPU use."""
    memory_percent: int = Field(80, ge=10, le=95)
    """Guard: grow at this memory use."""
    low_utilization_percent: int = Field(40, ge=1, le=90)
    """Below this share of busy slots, and nothing refused or waiting, the fleet is quiet."""
    scale_out: ScaleOut = ScaleOut(percent=100, at_least=4)
    """+100 % or +4, whichever is more, per minute (ruling X9)."""
    scale_in: ScaleIn = ScaleIn()
    """−1 per minute after 600 s (ruling X10)."""


class Agent(ServiceSection):
    """The agent fleet."""

    tasks: Tasks = Tasks(min=2, max=20)
    """How many tasks."""
    size: TaskSize = TaskSize(cpu_units=2048, memory_mib=4096)
    """How big each is."""
    sessions_per_task: int = Field(10, ge=1, le=100)
    """Calls that one task holds; must fit its CPU and memory (ruling X4)."""
    pipelines: tuple[str, ...] = Field(("deepgram_openai",), min_length=1, examples=[["deepgram_openai"]])
    """Pipelines that callers may choose."""
    vad: Literal["builtin", "silero"] = "builtin"
    """The framework's voice activity detection, or the Silero plug-in."""
    azure_openai_endpoint: str | None = None
    """For the Azure pipelines: https://….openai.azure.com."""
    azure_openai_deployment: str | None = None
    """For the Azure pipelines: the deployment's name."""
    azure_speech_region: str | None = None
    """For azure_speech."""
    scaling: AgentScaling = AgentScaling()
    """When the fleet grows."""

    @property
    def providers(self) -> tuple[str, ...]:
        """Whom the chosen pipelines ask, each once, by the name that metrics have for it."""
        chosen = (pipeline for pipeline in PIPELINES if pipeline.name in self.pipelines)
        return tuple(dict.fromkeys(provider for pipeline in chosen for provider in pipeline.providers))
