"""What the tests of the pipelines share."""

from collections.abc import Iterator

import httpx
import pytest

from contract.environment import ProviderEnv
from runtime.providers.wave import wav
from tests.runtime.providers.processes import control, providers_url, real_urls, speech_url, urls

__all__ = ["control", "providers_url", "real_urls", "speech_url", "urls"]
KEYS = {"deepgram_api_key": "d-key", "openai_api_key": "o-key", "elevenlabs_api_key": "e-key"}


@pytest.fixture
def loopback(urls: dict[str, str]) -> ProviderEnv:
    """An environment whose providers are scripted."""
    return ProviderEnv.model_validate({"pipelines": "deepgram_openai,local", **KEYS, **urls})


@pytest.fixture
def laptop(speech_url: str) -> ProviderEnv:
    """An environment without keys."""
    return ProviderEnv(pipelines="local", local_speech_url=f"{speech_url}/v1")


@pytest.fixture(scope="session")
def voice(speech_url: str) -> Iterator["CallersVoice"]:
    """A caller whom a voice activity detector takes for a person."""
    with httpx.Client(base_url=speech_url, timeout=120) as client:
        yield CallersVoice(client)


class CallersVoice:
    """Speaks a sentence, the same sound each time."""

    def __init__(self, client: httpx.Client) -> None:
        """Speak by the speech server."""
        self._client = client
        self._spoken: dict[str, bytes] = {}

    def __call__(self, text: str) -> bytes:
        """Answer 24 kHz PCM."""
        if text not in self._spoken:
            body = {"input": text, "response_format": "pcm"}
            self._spoken[text] = self._client.post("/v1/audio/speech", json=body).raise_for_status().content
        return self._spoken[text]

    def recognised(self, pcm: bytes) -> str:
        """Answer the words in 24 kHz PCM."""
        files = {"file": ("a.wav", wav(pcm, sample_rate=24000))}
        return str(self._client.post("/v1/audio/transcriptions", files=files).raise_for_status().json()["text"])
