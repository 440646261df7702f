"""The real Deepgram plugin cannot tell the loopback server from Deepgram."""

import asyncio
import logging
from collections.abc import AsyncIterator

import aiohttp
import pytest
from livekit import rtc
from livekit.agents import APIConnectionError, APIConnectOptions, APIError, APIStatusError, stt
from livekit.plugins import deepgram

from runtime.providers.control import Control
from runtime.providers.faults import Answer, Fault
from runtime.providers.sound import tone

pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("providers")]
RATE = 16000
AT_ONCE = APIConnectOptions(max_retry=0, timeout=2)
FINAL = stt.SpeechEventType.FINAL_TRANSCRIPT


async def test_what_was_posted_is_what_was_said(recognition: deepgram.STT, control: Control) -> None:
    """Two utterances with silence between them take two lines, in order."""
    control.script("deepgram", ["Hello there.", "What does it cost?"])

    events = await said(recognition, [spoken(), silence(), spoken(), silence()], utterances=2)

    kinds = [event.type for event in events if event.type is not stt.SpeechEventType.RECOGNITION_USAGE]
    started, ended = stt.SpeechEventType.START_OF_SPEECH, stt.SpeechEventType.END_OF_SPEECH
    assert kinds == [started, stt.SpeechEventType.INTERIM_TRANSCRIPT, FINAL, ended] * 2
    assert texts(events) == ["Hello there.", "What does it cost?"]
    assert control.received("deepgram").texts == ["Hello there.", "What does it cost?"]


async def test_nothing_posted_is_nothing_recognised(recognition: deepgram.STT, control: Control) -> None:
    """A test that posted too little must not hear an earlier test's words."""
    events = await said(recognition, [spoken(), silence()])

    assert texts(events) == []
    assert control.received("deepgram").answers == 1


async def test_silence_is_no_utterance(recognition: deepgram.STT, control: Control) -> None:
    """An open microphone takes no line."""
    control.script("deepgram", ["not this"])

    events = await said(recognition, [silence(), silence()])

    assert texts(events) == []


async def test_an_utterance_that_was_not_finished_is_finalised_at_the_end(
    recognition: deepgram.STT, control: Control
) -> None:
    """Who hangs up in mid-sentence has said something."""
    control.script("deepgram", ["I was about to"])

    events = await said(recognition, [spoken()], utterances=1)

    assert texts(events) == ["I was about to"]


async def test_every_second_of_sound_is_charged(recognition: deepgram.STT, control: Control) -> None:
    """The cost of a call is counted from what the plugin reports; the server knows what it got."""
    charged: list[float] = []
    recognition.on("metrics_collected", lambda metrics: charged.append(metrics.audio_duration))

    await said(recognition, [spoken(), silence()], utterances=1)

    assert sum(charged) == pytest.approx(2.0)
    assert control.received("deepgram").audio_seconds == pytest.approx(2.0)
    assert control.received("deepgram").audio_bytes == 64_000


async def test_words_are_timed_within_their_utterance(recognition: deepgram.STT, control: Control) -> None:
    """A transcript says when each word was spoken."""
    control.script("deepgram", ["one two"])

    events = await said(recognition, [silence(), spoken(), silence()], utterances=1)

    [final] = [event.alternatives[0] for event in events if event.type is FINAL]
    assert final.words is not None
    assert [str(word) for word in final.words] == ["one", "two"]
    assert final.start_time == pytest.approx(0.5, abs=0.05)
    assert final.end_time == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("status", [401, 429, 503])
async def test_a_refusal_has_its_status(recognition: deepgram.STT, control: Control, status: int) -> None:
    """A wrong key, a full account and an outage end a call for different reasons."""
    control.spoil("deepgram", Fault(status=status))

    with pytest.raises((APIStatusError, APIConnectionError)) as refused:
        await said(recognition, [spoken()], options=AT_ONCE)

    assert status_of(refused.value) == status
    assert control.received("deepgram").refused == 1


async def test_a_refusal_that_passes_is_retried(recognition: deepgram.STT, control: Control) -> None:
    """One 503 is no reason to lose a call."""
    control.script("deepgram", ["still here"])
    control.spoil("deepgram", Fault(status=503, times=1))

    events = await said(
        recognition, [spoken(), silence()], options=APIConnectOptions(max_retry=1, timeout=2), utterances=1
    )

    assert texts(events) == ["still here"]


async def test_a_connection_cut_in_the_middle_is_named(recognition: deepgram.STT, control: Control) -> None:
    """The plugin may not take it for the end of the speech; reader or writer, one of the two notices."""
    control.script("deepgram", ["lost"])
    control.spoil("deepgram", Fault(answer=Answer.CUT))

    with pytest.raises(APIError, match="closed unexpectedly") as cut:
        await said(recognition, [spoken(), silence()], options=AT_ONCE, utterances=1)

    assert cut.value.retryable


async def test_a_silent_socket_says_nothing_at_all(recognition: deepgram.STT, control: Control) -> None:
    """The worst fault: nothing fails, so only the session's own clock can end it."""
    control.script("deepgram", ["never heard"])
    control.spoil("deepgram", Fault(answer=Answer.SILENT))

    events = await said(recognition, [spoken(), silence()])

    assert {event.type for event in events} == {stt.SpeechEventType.RECOGNITION_USAGE}
    assert control.received("deepgram").texts == ["never heard"]


async def test_a_malformed_message_loses_one_utterance_only(
    recognition: deepgram.STT, control: Control, caplog: pytest.LogCaptureFixture
) -> None:
    """The plugin logs it and goes on."""
    control.script("deepgram", ["lost", "heard"])
    control.spoil("deepgram", Fault(answer=Answer.MALFORMED, times=1))

    with caplog.at_level(logging.ERROR):
        events = await said(recognition, [spoken(), silence(), spoken(), silence()], utterances=1)

    assert texts(events) == ["heard"]
    assert "failed to process deepgram message" in caplog.text


async def test_latency_delays_the_transcript(recognition: deepgram.STT, control: Control) -> None:
    """So that a slow provider can be shown in a call's numbers."""
    control.script("deepgram", ["slow"])
    control.spoil("deepgram", Fault(latency_seconds=0.5))
    clock = asyncio.get_running_loop().time
    began = clock()

    events = await said(recognition, [spoken(), silence()], utterances=1)

    assert texts(events) == ["slow"]
    assert clock() - began >= 0.5


async def test_a_handshake_without_a_key_is_refused(urls: dict[str, str], http: aiohttp.ClientSession) -> None:
    """A pipeline that forgets its key must not pass here and fail at Deepgram."""
    query = "?model=nova-3&encoding=linear16&sample_rate=16000"

    async with http.get(urls["deepgram_url"] + query) as answered:
        assert answered.status == 401


async def test_a_sound_it_cannot_read_is_refused(urls: dict[str, str], http: aiohttp.ClientSession) -> None:
    """Deepgram would make words of noise."""
    query = "?model=nova-3&encoding=opus&sample_rate=16000"

    async with http.get(urls["deepgram_url"] + query, headers={"Authorization": "Token key"}) as answered:
        assert answered.status == 400


@pytest.fixture
def recognition(urls: dict[str, str], http: aiohttp.ClientSession) -> deepgram.STT:
    """The plugin as the pipeline makes it."""
    return deepgram.STT(api_key="key", base_url=urls["deepgram_url"], http_session=http, sample_rate=RATE)


async def said(
    recognition: deepgram.STT,
    pieces: list[bytes],
    *,
    options: APIConnectOptions = AT_ONCE,
    utterances: int | None = None,
) -> list[stt.SpeechEvent]:
    """Send sound faster than it is spoken; answer what comes back until so many utterances have ended.

    Without a number the microphone is closed and the plugin waits for its next keep-alive, 5 s.
    """
    stream = recognition.stream(conn_options=options)
    events = []
    try:
        for frame in frames(b"".join(pieces)):
            stream.push_frame(frame)
        stream.flush()
        if utterances is None:
            stream.end_input()
        async for event in bounded(stream):
            events.append(event)
            if [event.type for event in events].count(stt.SpeechEventType.END_OF_SPEECH) == utterances:
                break
    finally:
        await stream.aclose()
    return events


async def bounded(stream: stt.RecognizeStream) -> AsyncIterator[stt.SpeechEvent]:
    """Yield a stream's events, or fail when it hangs."""
    async with asyncio.timeout(20):
        async for event in stream:
            yield event


def status_of(error: BaseException) -> int:
    """Answer the status of a plugin's error, which may be the cause of the last attempt's."""
    named = error if isinstance(error, APIStatusError) else error.__cause__
    assert isinstance(named, APIStatusError)
    return named.status_code


def spoken() -> bytes:
    """A second and a half of a loud tone."""
    return tone("x" * 25, sample_rate=RATE)


def silence() -> bytes:
    """Half a second of nothing."""
    return bytes(RATE)


def frames(pcm: bytes) -> list[rtc.AudioFrame]:
    """Cut sound as a microphone does, into 20 ms."""
    size = RATE // 50 * 2
    pieces = [pcm[start : start + size] for start in range(0, len(pcm), size)]
    return [rtc.AudioFrame(piece, RATE, 1, len(piece) // 2) for piece in pieces]


def texts(events: list[stt.SpeechEvent]) -> list[str]:
    """Answer the final transcripts."""
    return [event.alternatives[0].text for event in events if event.type is FINAL]
