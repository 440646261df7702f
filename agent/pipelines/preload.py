"""What takes time, done while nobody waits."""

from importlib import import_module
from typing import Final

from livekit import local_inference

from agent.pipelines.voice_activity import voice_activity
from contract.environment import ProviderEnv

# Imported once in the process that all jobs are forked from. What is below the plugins is imported by the first
# request otherwise, and blocks the event loop for 130 to 550 ms (facts: livekit §3).
PRELOAD: Final = (
    "agent.job",
    "livekit.plugins.deepgram",
    "livekit.plugins.elevenlabs",
    "livekit.plugins.openai",
    "openai.lib.streaming.chat._completions",
    "openai.lib._chat_completion_resources",
    "openai.resources.audio.audio",
    "openai.resources.audio.speech",
    "openai.resources.audio.transcriptions",
    "openai.resources.audio.translations",
    "openai.resources.audio.voice_consents",
    "openai.resources.audio.voices",
    "openai.resources.chat.chat",
    "openai.resources.chat.completions.completions",
    "openai.resources.models",
    "anyio._backends._asyncio",
    "httpcore2",
    "truststore",
)


def preload(environment: ProviderEnv) -> None:
    """Load modules and models, before the first call; where it was done already it takes no time."""
    for module in PRELOAD:
        import_module(module)
    local_inference.init_vad()
    local_inference.init_eot()
    voice_activity(environment.vad)
