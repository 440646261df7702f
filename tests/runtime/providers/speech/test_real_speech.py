"""With a speech server the loopback Deepgram hears real words, and the loopback ElevenLabs speaks them."""

import asyncio

import aiohttp
import pytest
from livekit import rtc
from livekit.agents import APIConnectOptions, APIStatusError, stt
from livekit.plugins import deepgram, elevenlabs

from runtime.providers.control import Control
from runtime.providers.sound import tone
from tests.runtime.providers.served import served
from tests.runtime.providers.wording import word_error_rate

pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("speech")]
RATE = 16000
SENTENCE = "Our product saves your team about ten hours every week."
AT_ONCE = APIConnectOptions(max_retry=0, timeout=10)


async def test_words_that_were_spoken_are_recognised(real_urls: dict[str, str], http: aiohttp.ClientSession) -> None:
    """No line was posted: spoken by one plugin, recognised by the other."""
    sound = await spoken(real_urls, http, encoding="pcm_16000")

    text = await recognised(real_urls, http, sound)

    assert word_error_rate(text, said=SENTENCE) <= 0.2


@pytest.mark.parametrize(("encoding", "rate"), [("pcm_16000", 16000), ("pcm_24000", 24000), ("pcm_44100", 44100)])
async def test_a_real_voice_lasts_as_long_at_any_rate(
    real_urls: dict[str, str], http: aiohttp.ClientSession, encoding: str, rate: int
) -> None:
    """A wrong rate would be heard as a wrong pitch."""
    sound = await spoken(real_urls, http, encoding=encoding)

    assert 2.5 < len(sound) / 2 / rate < 5


async def test_a_speech_server_that_is_gone_closes_the_recognition(http: aiohttp.ClientSession) -> None:
    """As an outage of the provider would, rather than hear nothing."""
    with (
        served("runtime.providers", "--speech-url", "http://127.0.0.1:9/v1") as url,
        pytest.raises(APIStatusError) as gone,
    ):
        await recognised({"deepgram_url": f"{url}/deepgram/v1/listen"}, http, loud())

    assert gone.value.status_code == 1011


async def test_a_line_goes_before_what_was_said(speech_url: str, http: aiohttp.ClientSession) -> None:
    """A test may still say what is heard."""
    with served("runtime.providers", "--speech-url", f"{speech_url}/v1") as url:
        with Control(url) as control:
            await asyncio.to_thread(control.script, "deepgram", ["Something else."])

        assert await recognised({"deepgram_url": f"{url}/deepgram/v1/listen"}, http, loud()) == "Something else."


async def spoken(urls: dict[str, str], http: aiohttp.ClientSession, *, encoding: str) -> bytes:
    """Have the sentence spoken by the ElevenLabs plugin."""
    voice = elevenlabs.TTS(api_key="key", base_url=urls["elevenlabs_url"], encoding=encoding, http_session=http)  # type: ignore[arg-type]
    try:
        async with asyncio.timeout(30), voice.stream(conn_options=AT_ONCE) as stream:
            stream.push_text(SENTENCE)
            stream.end_input()
            return b"".join([audio.frame.data.tobytes() async for audio in stream])
    finally:
        await voice.aclose()


async def recognised(urls: dict[str, str], http: aiohttp.ClientSession, sound: bytes) -> str:
    """Answer what the Deepgram plugin hears first."""
    ears = deepgram.STT(api_key="key", base_url=urls["deepgram_url"], http_session=http, sample_rate=RATE)
    stream = ears.stream(conn_options=AT_ONCE)
    try:
        for start in range(0, len(sound) + RATE, 640):  # and half a second of silence
            piece = sound[start : start + 640].ljust(640, b"\0")
            stream.push_frame(rtc.AudioFrame(piece, RATE, 1, 320))
        stream.flush()
        async with asyncio.timeout(30):
            async for event in stream:
                if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
                    return event.alternatives[0].text
    finally:
        await stream.aclose()
    return ""


def loud() -> bytes:
    """A second and a half of sound."""
    return tone("x" * 25, sample_rate=RATE)
