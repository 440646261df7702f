"""Variables that several containers share because they take part in the same call."""

from collections.abc import Sequence
from typing import Protocol

from aws_cdk import aws_ecs as ecs

from config.sections.agent import Agent
from contract.environment import ProviderKeys, TimingEnv
from contract.pipelines import PIPELINES
from contract.timing import Timing
from voice_constructs.binding import Value


class ProviderSecrets(Protocol):
    """What holds the providers' keys."""

    def provider_variables(self, fields: Sequence[str]) -> dict[str, ecs.Secret]:
        """One container secret for each field."""


def timing_values(timing: Timing) -> dict[str, Value]:
    """What `TimingEnv` asks for."""
    return {name: getattr(timing, name) for name in TimingEnv.model_fields}


def provider_values(agent: Agent, *, secrets: ProviderSecrets) -> dict[str, Value]:
    """Which pipelines are offered, where their providers are, and the keys that they need – no other."""
    needed = {field for pipeline in PIPELINES if pipeline.name in agent.pipelines for field in pipeline.secrets}
    return {
        "pipelines": ",".join(agent.pipelines),
        "vad": agent.vad,
        "azure_openai_endpoint": agent.azure_openai_endpoint,
        "azure_openai_deployment": agent.azure_openai_deployment,
        "azure_speech_region": agent.azure_speech_region,
        **secrets.provider_variables([field for field in ProviderKeys.model_fields if field in needed]),
    }
