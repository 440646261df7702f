"""The speech server, asked by the loopback providers for what a provider would recognise or say."""

from collections.abc import AsyncIterator
from typing import Final, Self

import aiohttp

from runtime.providers.errors import SpeechUnavailable
from runtime.providers.sound import Utterance
from runtime.providers.wave import wav

SAMPLE_RATE: Final = 24000  # of the voice
TIMEOUT: Final = aiohttp.ClientTimeout(total=30, sock_connect=5)


class SpeechClient:
    """Real recognition and a real voice, over OpenAI's audio wire."""

    def __init__(self, url: str) -> None:
        """Ask the server at an address such as `http://127.0.0.1:9000/v1`, between enter and exit."""
        self._url = url.rstrip("/")
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        """Open the connections."""
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._session.close()

    async def recognise(self, utterance: Utterance) -> str:
        """Answer the words of an utterance.

        Raises:
            SpeechUnavailable: It did not answer, or not with a text.
        """
        form = aiohttp.FormData({"model": "tiny.en"})
        form.add_field("file", wav(utterance.pcm, sample_rate=utterance.sample_rate), filename="a.wav")
        try:
            async with self._session.post(f"{self._url}/audio/transcriptions", data=form, timeout=TIMEOUT) as answered:
                answered.raise_for_status()
                return str((await answered.json())["text"])
        except (aiohttp.ClientError, TimeoutError, KeyError) as failed:
            raise SpeechUnavailable(f"{self._url} did not recognise: {type(failed).__name__}; is it up?") from failed

    async def say(self, text: str) -> AsyncIterator[bytes]:
        """Yield a text's sound as it is made, 24 kHz.

        Raises:
            SpeechUnavailable: It did not answer.
        """
        body = {"model": "joe", "voice": "joe", "input": text, "response_format": "pcm"}
        try:
            async with self._session.post(f"{self._url}/audio/speech", json=body, timeout=TIMEOUT) as answered:
                answered.raise_for_status()
                async for piece in answered.content.iter_any():
                    yield piece
        except (aiohttp.ClientError, TimeoutError) as failed:
            raise SpeechUnavailable(f"{self._url} did not speak: {type(failed).__name__}; is it up?") from failed
