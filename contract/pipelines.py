"""The pipelines a session may choose by `simulation_service`, and what each needs."""

from typing import Final

from pydantic import BaseModel, ConfigDict


class Pipeline(BaseModel):
    """One choice of VAD → STT → LLM → TTS, or a realtime model.

    Attributes:
        name: The wire name, the value of `simulation_service`.
        providers: Who is called, in order of speech → text → answer → voice.
        secrets: Fields of `ProviderKeys` that must have a value.
        vcpu_per_session: Measured share of one vCPU (facts: livekit §3, real WebRTC job process).
        gib_per_session: Measured private memory with history and recording head-room, GiB.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    providers: tuple[str, ...]
    secrets: tuple[str, ...]
    vcpu_per_session: float = 0.13
    gib_per_session: float = 0.15


DEEPGRAM_OPENAI: Final = Pipeline(
    name="deepgram_openai",
    providers=("deepgram", "openai", "elevenlabs"),
    secrets=("deepgram_api_key", "openai_api_key", "elevenlabs_api_key"),
)
AZURE_REALTIME: Final = Pipeline(
    name="azure_realtime", providers=("azure_openai",), secrets=("azure_openai_api_key",), vcpu_per_session=0.07
)
AZURE_SPEECH: Final = Pipeline(
    name="azure_speech",
    providers=("azure_speech", "azure_openai", "azure_speech"),
    secrets=("azure_speech_key", "azure_openai_api_key"),
)
GEMINI_LIVE: Final = Pipeline(
    name="gemini_live", providers=("google",), secrets=("google_api_key",), vcpu_per_session=0.07
)
GEMINI_CHAT: Final = Pipeline(
    name="gemini_chat",
    providers=("deepgram", "google", "elevenlabs"),
    secrets=("deepgram_api_key", "google_api_key", "elevenlabs_api_key"),
)
LOCAL: Final = Pipeline(name="local", providers=("local",), secrets=())

PIPELINES: Final = (DEEPGRAM_OPENAI, AZURE_REALTIME, AZURE_SPEECH, GEMINI_LIVE, GEMINI_CHAT, LOCAL)
DEPLOYABLE_PIPELINES: Final = tuple(pipeline for pipeline in PIPELINES if pipeline is not LOCAL)

AGENT_BASE_GIB: Final = 0.5  # an agent server's own memory before its first job (facts: livekit §3)
AGENT_TARGET_LOAD: Final = 0.7  # share of a task's vCPUs that calls may use
