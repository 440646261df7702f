"""A provider that fails ends the session by its name and its failure, within seconds."""

import asyncio

import pytest
from livekit.agents.llm import LLMError
from livekit.agents.stt import STTError
from livekit.agents.tts import TTSError
from livekit.agents.voice.events import CloseReason

from agent.pipelines import kind_of_failure
from contract.environment import ProviderEnv
from contract.timing import PROVIDER_DEAF_SECONDS, PROVIDER_RETRIES, PROVIDER_RETRY_SECONDS, PROVIDER_SECONDS
from runtime.providers.control import Control
from runtime.providers.faults import Answer, Fault
from tests.agent.pipelines.conftest import CallersVoice
from tests.agent.pipelines.driving import Conversation, conversation, session_metadata

pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("speech")]
LONGEST = (
    (PROVIDER_RETRIES + 1) * PROVIDER_SECONDS + PROVIDER_RETRIES * PROVIDER_RETRY_SECONDS + 8
)  # and a busy machine
SENTENCE = "Our product saves your team about ten hours every week."
LATE = Fault(latency_seconds=PROVIDER_SECONDS * 3)  # longer than anybody waits for a first word
SILENT, CUT, MALFORMED = Fault(answer=Answer.SILENT), Fault(answer=Answer.CUT), Fault(answer=Answer.MALFORMED)


@pytest.mark.parametrize(("status", "asked"), [(401, 1), (429, 3), (503, 3)])
async def test_a_recognition_that_is_refused(loopback: ProviderEnv, control: Control, status: int, asked: int) -> None:
    """A wrong key is not tried again; an outage is."""
    control.spoil("deepgram", Fault(status=status))

    error = await failure(loopback)

    assert isinstance(error, STTError)
    assert kind_of_failure(error.error) == str(status)
    assert control.received("deepgram").refused == asked


@pytest.mark.parametrize(
    ("fault", "kind", "asked"),
    [
        (Fault(status=401), "401", 1),
        (Fault(status=429), "429", 3),
        (Fault(status=500), "500", 3),
        (CUT, "connection", 1),
        (MALFORMED, "malformed", 1),
        (SILENT, "timeout", 3),
        (LATE, "timeout", 3),
    ],
    ids=["401", "429", "500", "cut", "malformed", "silent", "late"],
)
async def test_a_model_that_fails(loopback: ProviderEnv, control: Control, fault: Fault, kind: str, asked: int) -> None:
    """What was half spoken is not begun again."""
    control.spoil("openai", fault)

    error = await failure(loopback, reply=True)

    assert isinstance(error, LLMError)
    assert kind_of_failure(error.error) == kind
    received = control.received("openai")
    assert received.refused + received.answers == asked


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(status=401), "401"),
        (Fault(status=429), "429"),
        (Fault(status=503), "503"),
        (CUT, "connection"),
        (MALFORMED, "malformed"),
        (SILENT, "timeout"),
        (LATE, "timeout"),
    ],
    ids=["401", "429", "503", "cut", "malformed", "silent", "late"],
)
async def test_a_voice_that_fails(loopback: ProviderEnv, control: Control, fault: Fault, kind: str) -> None:
    """A caller who hears nothing must not wait for minutes."""
    control.spoil("elevenlabs", fault)

    error = await failure(loopback, reply=True)

    assert isinstance(error, TTSError)
    assert kind_of_failure(error.error) == kind


@pytest.mark.parametrize("fault", [SILENT, LATE, CUT, MALFORMED], ids=["silent", "late", "cut", "malformed"])
async def test_a_recognition_that_hears_nothing(
    loopback: ProviderEnv, control: Control, voice: CallersVoice, fault: Fault
) -> None:
    """Its socket is open, or opens again each time: the caller's speech without words tells it."""
    control.spoil("deepgram", fault)

    async with conversation(session_metadata("deepgram_openai"), loopback) as held:
        held.microphone.speak(voice(SENTENCE))
        await held.until(is_closed, seconds=PROVIDER_DEAF_SECONDS + 10)

        assert held.closed is not None
        assert isinstance(held.closed.error, STTError)
        assert kind_of_failure(held.closed.error.error) == "timeout"


async def test_a_fault_that_passes_is_not_noticed(loopback: ProviderEnv, control: Control, voice: CallersVoice) -> None:
    """One refusal of each, and the caller is answered all the same."""
    control.script("deepgram", [SENTENCE])
    control.script("openai", ["Good to know."])
    for provider in ("deepgram", "openai", "elevenlabs"):
        control.spoil(provider, Fault(status=503, times=1))

    async with conversation(session_metadata("deepgram_openai"), loopback) as held:
        held.microphone.speak(voice(SENTENCE))
        await held.until(lambda held: len(held.turns) == 2, seconds=20)

        assert held.turns == [("user", SENTENCE), ("assistant", "Good to know.")]
        assert held.closed is None
        assert {error.error.recoverable for error in held.errors} == {True}


@pytest.mark.parametrize("answer", [Answer.CUT, Answer.MALFORMED])
async def test_a_recognition_that_loses_one_utterance_hears_the_next(
    loopback: ProviderEnv, control: Control, voice: CallersVoice, answer: Answer
) -> None:
    """The plugin connects again; the caller says it again."""
    control.script("deepgram", ["Lost.", SENTENCE])
    control.spoil("deepgram", Fault(answer=answer, times=1))

    async with conversation(session_metadata("deepgram_openai"), loopback) as held:
        held.microphone.speak(voice(SENTENCE))
        held.microphone.speak(bytes(96_000))  # two seconds of silence
        held.microphone.speak(voice(SENTENCE))
        await held.until(lambda held: len(held.turns) == 2, seconds=20)

        assert held.turns[0] == ("user", SENTENCE)
        assert held.closed is None


async def test_a_cough_is_no_deaf_recognition(loopback: ProviderEnv, control: Control, voice: CallersVoice) -> None:
    """Less than two seconds of sound without words end nothing."""
    control.spoil("deepgram", SILENT)

    async with conversation(session_metadata("deepgram_openai"), loopback) as held:
        held.microphone.speak(voice("Uh."))
        with pytest.raises(TimeoutError):
            await held.until(is_closed, seconds=PROVIDER_DEAF_SECONDS + 3)


async def failure(environment: ProviderEnv, *, reply: bool = False) -> object:
    """Open a session, let the agent speak if so asked, and answer the error that closes it."""
    clock = asyncio.get_running_loop().time
    began = clock()
    async with conversation(session_metadata("deepgram_openai"), environment) as held:
        if reply:
            held.session.generate_reply(user_input="Hello?")
        await held.until(is_closed, seconds=LONGEST)
        assert held.closed is not None
        assert held.closed.reason is CloseReason.ERROR
    assert clock() - began < LONGEST + 2
    return held.closed.error


def is_closed(held: Conversation) -> bool:
    """The session has ended by itself."""
    return held.closed is not None
