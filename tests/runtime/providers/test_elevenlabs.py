"""The real ElevenLabs plugin cannot tell the loopback server from ElevenLabs."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from livekit.agents import APIConnectOptions, APIError, APIStatusError, APITimeoutError, tts
from livekit.plugins import elevenlabs

from runtime.providers.control import Control
from runtime.providers.faults import Answer, Fault
from runtime.providers.sound import loudness

pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("providers")]
AT_ONCE = APIConnectOptions(max_retry=0, timeout=2)
TEXT = "Hello there, nice to meet you. What can I do for you today?"  # 30 + 1 + 28 characters


async def test_a_text_is_heard_for_as_long_as_it_takes(voice: elevenlabs.TTS, control: Control) -> None:
    """60 ms a character and loud enough to be found by a voice activity detector."""
    heard = await spoken(voice, TEXT)

    assert sum(audio.frame.duration for audio in heard) == pytest.approx(58 * 0.06, abs=0.02)
    assert loudness(b"".join(audio.frame.data.tobytes() for audio in heard)) > 3000
    assert control.received("elevenlabs").texts == ["Hello there, nice to meet you.", "What can I do for you today?"]


async def test_the_same_text_sounds_the_same(voice: elevenlabs.TTS) -> None:
    """A recording can be compared with what was to be said."""
    first, again = await spoken(voice, TEXT), await spoken(voice, TEXT)

    assert [audio.frame.data.tobytes() for audio in first] == [audio.frame.data.tobytes() for audio in again]


async def test_every_character_is_charged(voice: elevenlabs.TTS, control: Control) -> None:
    """The plugin counts the text as it was given; the server what it was sent, without the spaces between sentences."""
    charged: list[int] = []
    voice.on("metrics_collected", lambda metrics: charged.append(metrics.characters_count))

    await spoken(voice, TEXT)

    assert sum(charged) == 59
    assert control.received("elevenlabs").characters == 58


async def test_characters_are_aligned_with_the_sound(voice: elevenlabs.TTS) -> None:
    """An interrupted answer is committed up to the word that was heard."""
    heard = await spoken(voice, "One two.")

    words = [word for audio in heard for word in audio.frame.userdata.get("lk.timed_transcripts", [])]
    assert [str(word).strip() for word in words] == ["One", "two."]


@pytest.mark.parametrize("status", [401, 429, 503])
async def test_a_refusal_has_its_status(voice: elevenlabs.TTS, control: Control, status: int) -> None:
    """A wrong key, a full account and an outage end a call for different reasons."""
    control.spoil("elevenlabs", Fault(status=status))

    with pytest.raises(APIStatusError) as refused:
        await spoken(voice, TEXT)

    assert refused.value.status_code == status
    assert control.received("elevenlabs").refused == 1


async def test_a_refusal_that_passes_is_retried(voice: elevenlabs.TTS, control: Control) -> None:
    """One 503 is no reason to lose a call."""
    control.spoil("elevenlabs", Fault(status=503, times=1))

    heard = await spoken(voice, TEXT, options=APIConnectOptions(max_retry=1, timeout=2))

    assert sum(audio.frame.duration for audio in heard) > 3


async def test_a_voice_cut_in_the_middle_is_named_and_not_begun_again(voice: elevenlabs.TTS, control: Control) -> None:
    """Half of it was heard already."""
    control.spoil("elevenlabs", Fault(answer=Answer.CUT))

    with pytest.raises(APIError, match="closed unexpectedly"):
        await spoken(voice, TEXT, options=APIConnectOptions(max_retry=2, timeout=2))

    assert control.received("elevenlabs").answers == 1


async def test_a_silent_socket_ends_at_its_timeout(voice: elevenlabs.TTS, control: Control) -> None:
    """Nothing else would end it; the plugin hides the name one cause deeper."""
    control.spoil("elevenlabs", Fault(answer=Answer.SILENT))
    clock = asyncio.get_running_loop().time
    began = clock()

    with pytest.raises(APIStatusError, match="Could not synthesize") as silent:
        await spoken(voice, TEXT, options=APIConnectOptions(max_retry=0, timeout=0.5))

    assert isinstance(silent.value.__cause__, APITimeoutError)
    assert 0.5 <= clock() - began < 5


async def test_a_malformed_message_is_named(voice: elevenlabs.TTS, control: Control) -> None:
    """Broken JSON is an error of the provider, not silence."""
    control.spoil("elevenlabs", Fault(answer=Answer.MALFORMED))

    with pytest.raises(APIError, match="Could not synthesize"):
        await spoken(voice, TEXT)


async def test_latency_delays_the_first_sound(voice: elevenlabs.TTS, control: Control) -> None:
    """So that a slow provider can be shown in a call's numbers."""
    control.spoil("elevenlabs", Fault(latency_seconds=0.5))
    clock = asyncio.get_running_loop().time
    began = clock()

    await spoken(voice, "One two.")

    assert clock() - began >= 0.5


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [("?output_format=pcm_24000", {}, 401), ("?output_format=mp3_22050_32", {"xi-api-key": "key"}, 400)],
    ids=["no key", "not pcm"],
)
async def test_a_handshake_that_could_not_be_served_is_refused(
    urls: dict[str, str], http: aiohttp.ClientSession, query: str, headers: dict[str, str], status: int
) -> None:
    """The plugin's default is MP3, which nobody here can make."""
    url = f"{urls['elevenlabs_url']}/text-to-speech/joe/multi-stream-input{query}"

    async with http.get(url, headers=headers) as answered:
        assert answered.status == status


@pytest_asyncio.fixture
async def voice(urls: dict[str, str], http: aiohttp.ClientSession) -> AsyncIterator[elevenlabs.TTS]:
    """The plugin as the pipeline makes it."""
    made = elevenlabs.TTS(api_key="key", base_url=urls["elevenlabs_url"], encoding="pcm_24000", http_session=http)
    yield made
    await made.aclose()


async def spoken(
    voice: elevenlabs.TTS, text: str, *, options: APIConnectOptions = AT_ONCE
) -> list[tts.SynthesizedAudio]:
    """Have a text spoken and answer the whole sound."""
    async with asyncio.timeout(20), voice.stream(conn_options=options) as stream:
        stream.push_text(text)
        stream.end_input()
        return [audio async for audio in stream]
