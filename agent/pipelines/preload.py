"""What takes time, done while nobody waits."""

from importlib import import_module
from typing import Final

from livekit import local_inference

from agent.pipelines.voice_activity import voice_activity
from contract.environment import ProviderEnv

# Imported once in the process that all jobs are forked from. The last two are imported by the first
# request otherwise, and block the event loop for 130 to 550 ms (facts: livekit §3).
PRELOAD: Final = (
    "agent.job",
    "livekit.plugins.deepgram",
    "livekit.plugins.elevenlabs",
    "livekit.plugins.openai",
    "openai.resources",
    "openai.lib.streaming.chat._completions",
)


def preload(environment: ProviderEnv) -> None:
    """Load modules and models, before the first call; where it was done already it takes no time."""
    for module in PRELOAD:
        import_module(module)
    local_inference.init_vad()
    local_inference.init_eot()
    voice_activity(environment.vad)
