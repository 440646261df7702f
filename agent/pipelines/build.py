"""A pipeline by its name: the table that a further one is added to."""

from collections.abc import Callable, Mapping
from typing import Final

from agent.pipelines import deepgram_openai, local
from agent.pipelines.errors import PipelineIncomplete, PipelineNotEnabled, UnknownPipeline
from agent.pipelines.pipeline import Pipeline
from contract import pipelines as contract
from contract.environment import ProviderEnv
from contract.session import SessionMetadata

Builder = Callable[[SessionMetadata, ProviderEnv], Pipeline]
BUILDERS: Final[Mapping[contract.Pipeline, Builder]] = {
    contract.DEEPGRAM_OPENAI: deepgram_openai.build,
    contract.LOCAL: local.build,
}


def build(metadata: SessionMetadata, environment: ProviderEnv) -> Pipeline:
    """Build what a session asked for, one for each call.

    Its plugins take the HTTP connections of livekit-agents' context: a job has one; a process with many calls
    opens `livekit.agents.utils.http_context.open()` around each, because 50 connections to a host are the most
    that one context has, and a call that finds none waits for ever.

    Raises:
        UnknownPipeline: No pipeline of this release has the name.
        PipelineNotEnabled: This environment does not offer it.
        PipelineIncomplete: A key or an address that it needs has no value.
        LanguageNotSpoken: It does not know the session's language.
    """
    name = metadata.simulation_service
    built = {pipeline.name: pipeline for pipeline in BUILDERS}
    enabled = [each.strip() for each in environment.pipelines.split(",")]
    offered = ", ".join(each for each in enabled if each in built) or "none"
    if name not in built:
        raise UnknownPipeline(f"simulation_service {name} is no pipeline; this environment offers {offered}")
    if name not in enabled:
        raise PipelineNotEnabled(f"simulation_service {name} is not enabled; this environment offers {offered}")
    missing = [field.upper() for field in built[name].secrets if not getattr(environment, field)]
    if missing:
        raise PipelineIncomplete(f"simulation_service {name} needs {', '.join(missing)}; give the service a value")
    return BUILDERS[built[name]](metadata, environment)
