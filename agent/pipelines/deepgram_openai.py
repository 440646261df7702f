"""Deepgram hears, OpenAI answers, ElevenLabs speaks."""

from typing import Final

from livekit.agents.types import NOT_GIVEN
from livekit.plugins import deepgram, elevenlabs, openai
from pydantic import SecretStr

from agent.pipelines.pipeline import Pipeline
from agent.pipelines.turns import turn_handling
from agent.pipelines.voice_activity import voice_activity
from contract.environment import ProviderEnv
from contract.pipelines import DEEPGRAM_OPENAI
from contract.session import SessionMetadata

# A model's name is part of its price: control_plane's list of prices has a row for each.
HEARS: Final = "nova-3"
ANSWERS: Final = "gpt-4.1-mini"
SPEAKS: Final = "eleven_turbo_v2_5"
DEEPGRAM_URL: Final = "https://api.deepgram.com/v1/listen"  # the plugin has no word for its own default
SOUND: Final = "pcm_24000"  # the plugin's MP3 would have to be decoded; LiveKit wants PCM


def build(metadata: SessionMetadata, environment: ProviderEnv) -> Pipeline:
    """Build it; the caller has seen to it that the keys are there."""
    return Pipeline(
        name=DEEPGRAM_OPENAI.name,
        providers=DEEPGRAM_OPENAI.providers,
        stt=deepgram.STT(
            model=HEARS,
            language=metadata.language,
            api_key=_open(environment.deepgram_api_key),
            base_url=environment.deepgram_url or DEEPGRAM_URL,
        ),
        llm=openai.LLM(
            model=ANSWERS,
            api_key=_open(environment.openai_api_key),
            base_url=environment.openai_url or NOT_GIVEN,
            max_retries=0,
        ),
        tts=elevenlabs.TTS(
            model=SPEAKS,
            language=metadata.language,
            encoding=SOUND,
            api_key=_open(environment.elevenlabs_api_key),
            base_url=environment.elevenlabs_url or NOT_GIVEN,
        ),
        vad=voice_activity(environment.vad),
        turn_handling=turn_handling(metadata.language),
    )


def _open(key: SecretStr | None) -> str:
    return key.get_secret_value() if key else ""
