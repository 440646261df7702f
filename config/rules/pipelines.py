"""Can the pipelines that callers may choose reach their providers, and new rooms their overflow?"""

from collections.abc import Iterator

from config.faults import Fault, conflict, fault
from config.schema import Environment
from config.words import did_you_mean, listed
from contract.pipelines import DEPLOYABLE_PIPELINES, LOCAL

DEPLOYABLE = tuple(pipeline.name for pipeline in DEPLOYABLE_PIPELINES)
NEEDS = {
    "azure_realtime": ("azure_openai_endpoint", "azure_openai_deployment"),
    "azure_speech": ("azure_openai_endpoint", "azure_openai_deployment", "azure_speech_region"),
}


def pipelines_are_deployable(environment: Environment) -> Iterator[Fault]:
    """Every pipeline exists, once, and runs outside a laptop."""
    names = environment.agent.pipelines
    for number, name in enumerate(names):
        if name == LOCAL.name:
            allowed, remedy = "it runs on a laptop only", "remove it"
        elif name not in DEPLOYABLE:
            allowed, remedy = f"the pipelines are {listed(DEPLOYABLE)}", did_you_mean(name, DEPLOYABLE)
        elif name in names[:number]:
            allowed, remedy = "it is there already", "remove one of them"
        else:
            continue
        yield fault("agent.pipelines", number, allowed=allowed, remedy=remedy)


def azure_is_reachable(environment: Environment) -> Iterator[Fault]:
    """An Azure pipeline knows its endpoint, its deployment and its region."""
    for pipeline in environment.agent.pipelines:
        for needed in NEEDS.get(pipeline, ()):
            if not getattr(environment.agent, needed):
                yield fault(
                    "agent",
                    needed,
                    allowed=f"pipeline {pipeline} needs it",
                    remedy=f"set agent.{needed} or drop {pipeline}",
                )


def overflow_has_address(environment: Environment) -> Iterator[Fault]:
    """Rooms that overflow to LiveKit Cloud need its address."""
    media = environment.media
    if media.overflow == "livekit-cloud" and not media.overflow_url:
        yield conflict(
            "media.overflow_url",
            "media.overflow",
            allowed="media.overflow livekit-cloud needs media.overflow_url",
            remedy='set media.overflow_url = "wss://….livekit.cloud", or media.overflow = "none"',
        )
