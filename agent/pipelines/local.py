"""A laptop's own speech server hears, answers as a persona, and speaks: no key, no network."""

from typing import Final

from livekit.plugins import openai
from openai import AsyncClient

from agent.pipelines.errors import LanguageNotSpoken, PipelineIncomplete
from agent.pipelines.pipeline import Pipeline
from agent.pipelines.turns import turn_handling
from agent.pipelines.voice_activity import voice_activity
from contract.environment import ProviderEnv
from contract.pipelines import LOCAL
from contract.session import SessionMetadata

LANGUAGE: Final = "en"
HEARS: Final = "tiny.en"
ANSWERS: Final = "persona"
SPEAKS: Final = "joe"
KEY: Final = "local"  # the plugin insists on one


def build(metadata: SessionMetadata, environment: ProviderEnv) -> Pipeline:
    """Build it.

    Raises:
        PipelineIncomplete: Nobody said where the speech server is.
        LanguageNotSpoken: The session is not in English.
    """
    url = environment.local_speech_url
    if not url:
        raise PipelineIncomplete(f"simulation_service {LOCAL.name} needs LOCAL_SPEECH_URL; start the speech server")
    if metadata.language.lower().replace("_", "-").split("-")[0] != LANGUAGE:
        raise LanguageNotSpoken(f"simulation_service {LOCAL.name} speaks {LANGUAGE}, not {metadata.language}")
    client = AsyncClient(api_key=KEY, base_url=url, max_retries=0)
    return Pipeline(
        name=LOCAL.name,
        providers=LOCAL.providers,
        stt=openai.STT(model=HEARS, language=LANGUAGE, client=client),
        llm=openai.LLM(model=ANSWERS, client=client),
        tts=openai.TTS(model=SPEAKS, voice=SPEAKS, response_format="pcm", client=client),
        vad=voice_activity(environment.vad),
        turn_handling=turn_handling(LANGUAGE),
        close=client.close,  # the plugin's recognition does not close a client of its own
    )
