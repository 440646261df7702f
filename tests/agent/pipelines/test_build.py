"""A session gets the pipeline it asked for, or an error that says what it could have."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from livekit.agents import inference
from livekit.agents.utils import http_context
from livekit.plugins import silero

from agent.errors import PipelineUnavailable
from agent.pipelines import build
from agent.pipelines.errors import LanguageNotSpoken, PipelineIncomplete, PipelineNotEnabled, UnknownPipeline
from agent.pipelines.turns import turn_detection, turn_handling
from agent.pipelines.voice_activity import voice_activity
from contract.environment import ProviderEnv
from tests.agent.pipelines.driving import session_metadata

pytestmark = pytest.mark.asyncio
KEYS = {"deepgram_api_key": "d-key", "openai_api_key": "o-key", "elevenlabs_api_key": "e-key"}
LOCAL = {"local_speech_url": "http://127.0.0.1:9/v1"}


@pytest.mark.parametrize(
    ("asked", "variables", "error", "said"),
    [
        (
            "telepathy",
            {"pipelines": "deepgram_openai, local", **KEYS, **LOCAL},
            UnknownPipeline,
            "simulation_service telepathy is no pipeline; this environment offers deepgram_openai, local",
        ),
        (
            "local",
            {"pipelines": "deepgram_openai", **KEYS, **LOCAL},
            PipelineNotEnabled,
            "simulation_service local is not enabled; this environment offers deepgram_openai",
        ),
        (
            "gemini_live",
            {"pipelines": "gemini_live"},
            UnknownPipeline,
            "simulation_service gemini_live is no pipeline; this environment offers none",
        ),
        (
            "deepgram_openai",
            {"pipelines": "deepgram_openai", "openai_api_key": "o-key"},
            PipelineIncomplete,
            "simulation_service deepgram_openai needs DEEPGRAM_API_KEY, ELEVENLABS_API_KEY; give the service a value",
        ),
        (
            "local",
            {"pipelines": "local"},
            PipelineIncomplete,
            "simulation_service local needs LOCAL_SPEECH_URL; start the speech server",
        ),
    ],
    ids=["unknown", "not enabled", "of a later release", "no keys", "no address"],
)
async def test_what_cannot_be_had_says_what_can(
    asked: str, variables: dict[str, str], error: type[PipelineUnavailable], said: str
) -> None:
    """The session ends with it in its record."""
    with pytest.raises(PipelineUnavailable) as refused:
        build(session_metadata(asked), ProviderEnv.model_validate(variables))

    assert type(refused.value) is error
    assert str(refused.value) == said
    assert "key" not in said.replace("_KEY", "")


@pytest.mark.parametrize("language", ["de", "fr-FR", "eng"])
async def test_local_speaks_english_only(language: str) -> None:
    """The recognition would make English words of anything."""
    with pytest.raises(LanguageNotSpoken, match=f"speaks en, not {language}"):
        build(session_metadata("local", language=language), ProviderEnv(pipelines="local", **LOCAL))


async def test_a_language_is_passed_to_those_who_must_know_it(connected: ProviderEnv) -> None:
    """A German caller is heard and answered in German."""
    pipeline = build(session_metadata("deepgram_openai", language="de-DE"), connected)

    assert pipeline.stt._opts.language == "de-DE"  # type: ignore[attr-defined]
    assert pipeline.tts._opts.language == "de-DE"  # type: ignore[attr-defined]
    await pipeline.aclose()


async def test_without_addresses_the_providers_own_are_asked(connected: ProviderEnv) -> None:
    """Production names none."""
    pipeline = build(session_metadata("deepgram_openai"), connected)

    assert pipeline.stt._opts.endpoint_url == "https://api.deepgram.com/v1/listen"  # type: ignore[attr-defined]
    assert pipeline.llm.provider == "api.openai.com"
    assert pipeline.tts._opts.base_url == "https://api.elevenlabs.io/v1"  # type: ignore[attr-defined]
    await pipeline.aclose()


async def test_every_call_has_parts_of_its_own(connected: ProviderEnv) -> None:
    """What one call used must not be counted for another."""
    first, second = (build(session_metadata("deepgram_openai"), connected) for _ in range(2))

    assert first.stt is not second.stt
    assert first.open_session() is not second.open_session()
    await first.aclose()
    await second.aclose()


@pytest.mark.parametrize("language", ["en", "en-US", "DE", "pt_BR"])
async def test_the_end_of_a_turn_is_never_asked_of_the_cloud(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even when the framework believes that it is hosted there."""
    monkeypatch.setenv("LIVEKIT_INFERENCE_URL", "wss://inference.example.com")
    monkeypatch.setenv("LIVEKIT_API_KEY", "key")
    monkeypatch.setenv("LIVEKIT_API_SECRET", "secret")

    detector = turn_detection(language)

    assert isinstance(detector, inference.TurnDetector)
    assert detector.model == "turn-detector-v1-mini"
    assert turn_handling(language)["interruption"] == {"mode": "vad"}


async def test_a_language_that_the_detector_does_not_know_ends_its_turns_in_silence() -> None:
    """It would guess."""
    assert turn_detection("sv") == "vad"
    assert turn_handling("sv")["endpointing"]["min_delay"] == 0.5


async def test_voice_activity_is_the_frameworks_or_the_plugins() -> None:
    """By configuration; the plugin's model is loaded once a process."""
    assert isinstance(voice_activity("builtin"), inference.VAD)
    assert isinstance(voice_activity("silero"), silero.VAD)
    assert voice_activity("silero") is voice_activity("silero")


@pytest_asyncio.fixture
async def connected() -> AsyncIterator[ProviderEnv]:
    """An environment with keys, and the connections of a call."""
    async with http_context.open():
        yield ProviderEnv.model_validate({"pipelines": "deepgram_openai", **KEYS})
