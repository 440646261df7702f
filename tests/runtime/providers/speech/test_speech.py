"""A machine without keys hears and speaks, by real models, over OpenAI's wire."""

import io
import time
import wave
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import av
import httpx
import numpy as np
import pytest

from runtime.providers.sound import loudness
from runtime.providers.wave import wav
from tests.conftest import TOLD
from tests.runtime.providers.wording import word_error_rate

pytestmark = pytest.mark.xdist_group("speech")
SENTENCES = [
    "Good morning, this is Anna from Voiceplane. Do you have a minute?",
    "Our product saves your team about ten hours every week.",
    "The price is twelve dollars a month for each user.",
    "Many companies of your size already work with it.",
    "Shall I send you an offer before the end of the week?",
    "Thank you very much, and have a nice day.",
]
SECOND = 24000 * 2  # bytes


def test_what_is_spoken_is_recognised_again(
    speech: httpx.Client, record_property: Callable[[str, object], None]
) -> None:
    """At most every fifth word may be wrong, over some sentences of a sales call."""
    spoken, speaking = timed(lambda: [say(speech, sentence) for sentence in SENTENCES])
    heard, listening = timed(lambda: [recognise(speech, sound) for sound in spoken])

    wrong = word_error_rate(" ".join(heard), said=" ".join(SENTENCES))
    seconds = sum(len(sound) - 44 for sound in spoken) / SECOND
    record_property(TOLD, speed(wrong, seconds=seconds, speaking=speaking, listening=listening))
    assert wrong <= 0.2


def test_the_first_sentence_is_sent_before_the_last_is_made(speech: httpx.Client) -> None:
    """A caller does not wait for the whole answer."""
    body = {"input": " ".join(SENTENCES), "response_format": "pcm"}
    arrived: list[tuple[float, int]] = []
    began = time.monotonic()

    with speech.stream("POST", "/v1/audio/speech", json=body) as answered:
        for piece in answered.iter_raw():
            arrived.append((time.monotonic() - began, len(piece)))

    assert answered.headers["content-type"] == "audio/pcm"
    assert arrived[0][0] < arrived[-1][0] / 2
    assert sum(size for _, size in arrived) / SECOND > 12


def test_a_voice_is_24_khz_mono_and_loud_enough(speech: httpx.Client) -> None:
    """The voice itself is made for 22.05 kHz; played at the wrong rate it would be a child's."""
    sound = say(speech, SENTENCES[0])

    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24000, 1, 2)
        assert 3 < file.getnframes() / 24000 < 7
    assert loudness(sound[44:]) > 1000


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (16000, 1), (44100, 2), (48000, 2)])
def test_any_rate_and_number_of_channels_is_understood(speech: httpx.Client, rate: int, channels: int) -> None:
    """A telephone, a laptop and a recording differ."""
    sound = converted(say(speech, SENTENCES[1]), rate=rate, channels=channels)

    assert word_error_rate(recognise(speech, sound), said=SENTENCES[1]) <= 0.2


def test_figures_are_written_as_they_are_spoken(speech: httpx.Client) -> None:
    """A transcript is compared with what was said, and a persona listens for the word dollars."""
    heard = recognise(speech, say(speech, "It is twenty five dollars, or ten percent less."))

    assert "twenty" in heard.lower()
    assert "dollars" in heard.lower()
    assert "percent" in heard.lower()


def test_silence_has_no_words(speech: httpx.Client) -> None:
    """Whisper hears "you" in it, and the caller would have said so."""
    assert recognise(speech, wav(bytes(2 * SECOND), sample_rate=24000)) == ""


@pytest.mark.parametrize(
    ("sound", "said"),
    [
        (b"", "0 bytes that are no sound file"),
        (b"hello" * 100, "500 bytes that are no sound file"),
        (wav(b"", sample_rate=16000), "0.00 s of sound"),
        (wav(bytes(121 * 2 * 8000), sample_rate=8000), "121.00 s of sound"),
    ],
    ids=["nothing", "no sound file", "no samples", "too long"],
)
def test_what_cannot_be_heard_is_refused(speech: httpx.Client, sound: bytes, said: str) -> None:
    """As OpenAI does: 400 and why, so that nobody tries it again."""
    answered = transcribe(speech, sound)

    assert answered.status_code == 400
    assert said in answered.json()["error"]["message"]


def test_another_language_is_refused(speech: httpx.Client) -> None:
    """The model would make English words of it."""
    answered = speech.post("/v1/audio/transcriptions", data={"language": "de"}, files={"file": b"x"})

    assert answered.status_code == 400
    assert "language de: the model knows en only" in answered.text


@pytest.mark.parametrize(
    "body",
    [{}, {"input": ""}, {"input": "x" * 4097}, {"input": "hello", "response_format": "mp3"}],
    ids=["no text", "empty", "too long", "another format"],
)
def test_what_cannot_be_spoken_is_refused(speech: httpx.Client, body: dict[str, str]) -> None:
    """Nor is the text repeated in the error, which ends in a log."""
    answered = speech.post("/v1/audio/speech", json=body)

    assert answered.status_code == 400
    assert "xxxx" not in answered.text


def test_a_text_without_a_word_is_no_sound(speech: httpx.Client) -> None:
    """Three dots are an answer too."""
    assert speech.post("/v1/audio/speech", json={"input": "...", "response_format": "pcm"}).status_code == 200


def test_more_than_may_wait_are_told_so_at_once(speech: httpx.Client) -> None:
    """An endless queue answers everybody too late; the plugins try a 429 again."""
    body = {"input": " ".join(SENTENCES[:3]), "response_format": "wav"}

    with ThreadPoolExecutor(12) as callers:
        answers = list(callers.map(lambda _: speech.post("/v1/audio/speech", json=body).status_code, range(12)))

    assert set(answers) == {200, 429}
    assert answers.count(200) >= 8


def test_the_persona_answers_over_the_chat_wire(speech: httpx.Client) -> None:
    """The local pipeline's model."""
    body = {"model": "persona", "messages": [{"role": "system", "content": "persona=skeptic"}]}

    answered = speech.post("/v1/chat/completions", json=body).json()

    assert answered["choices"][0]["message"]["content"] == "Yes, hello. I have two minutes. What is it?"
    assert answered["usage"] == {
        "prompt_tokens": 4,
        "completion_tokens": 11,
        "total_tokens": 15,
        "prompt_tokens_details": {"cached_tokens": 0},
    }


def test_the_persona_answers_as_a_stream(speech: httpx.Client) -> None:
    """As the plugin asks it."""
    body = {"model": "persona", "messages": [], "stream": True, "stream_options": {"include_usage": True}}

    answered = speech.post("/v1/chat/completions", json=body)

    assert answered.headers["content-type"] == "text/event-stream"
    assert answered.text.endswith("data: [DONE]\n\n")
    assert '"total_tokens": 23' in answered.text


def test_an_unknown_persona_is_refused(speech: httpx.Client) -> None:
    """With those there are."""
    body = {"model": "persona", "messages": [{"role": "system", "content": "persona=nobody"}]}

    answered = speech.post("/v1/chat/completions", json=body)

    assert answered.status_code == 400
    assert "buyer, skeptic" in answered.json()["error"]["message"]


def say(speech: httpx.Client, text: str) -> bytes:
    """Have a text spoken into a WAV."""
    return speech.post("/v1/audio/speech", json={"input": text}).raise_for_status().content


def transcribe(speech: httpx.Client, sound: bytes) -> httpx.Response:
    """Have a sound file recognised."""
    return speech.post("/v1/audio/transcriptions", files={"file": ("a.wav", sound)}, data={"model": "tiny.en"})


def recognise(speech: httpx.Client, sound: bytes) -> str:
    """Answer the words in a sound file."""
    return str(transcribe(speech, sound).raise_for_status().json()["text"])


def converted(sound: bytes, *, rate: int, channels: int) -> bytes:
    """Make a WAV of another rate and number of channels."""
    layout = "stereo" if channels == 2 else "mono"
    resampler = av.AudioResampler(format="s16", layout=layout, rate=rate)
    with av.open(io.BytesIO(sound), mode="r") as file:
        pieces = [piece.to_ndarray() for frame in file.decode(audio=0) for piece in resampler.resample(frame)]
    made = io.BytesIO()
    with wave.open(made, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.concatenate([piece.reshape(-1) for piece in pieces]).astype("<i2").tobytes())
    return made.getvalue()


def timed(work: Callable[[], list]) -> tuple[list, float]:  # type: ignore[type-arg]
    """Answer a result and its seconds."""
    began = time.monotonic()
    return work(), time.monotonic() - began


def speed(wrong: float, *, seconds: float, speaking: float, listening: float) -> str:
    """Say how well and how fast it goes."""
    return (
        f"speech: word error rate {wrong:.1%}; a second of sound is spoken in {speaking / seconds:.2f} s"
        f" and recognised in {listening / seconds:.2f} s"
    )
