"""Both pipelines hold a conversation: a caller is heard, answered and charged for, by the real plugins."""

import asyncio

import pytest

from contract.environment import ProviderEnv
from contract.session import UsageItem
from runtime.providers.control import Control
from runtime.providers.desk import Line
from runtime.providers.sound import loudness
from tests.agent.pipelines.conftest import CallersVoice
from tests.agent.pipelines.driving import Conversation, conversation, session_metadata
from tests.runtime.providers.wording import word_error_rate

pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("speech")]
ASKED = "What does it cost for a team of five people?"
ANSWER = "It is ten dollars a month. Shall we begin?"  # 42 characters


async def test_a_call_with_providers_is_heard_answered_and_spoken(
    loopback: ProviderEnv, control: Control, voice: CallersVoice
) -> None:
    """Deepgram → OpenAI → ElevenLabs, each asked what it must be asked."""
    control.script("deepgram", [ASKED])
    control.script("openai", [ANSWER])

    async with conversation(session_metadata("deepgram_openai", prompt="Sell."), loopback) as held:
        held.microphone.speak(voice(ASKED))
        await held.until(answered, seconds=20)

        assert held.turns == [("user", ASKED), ("assistant", ANSWER)]
        assert loudness(held.loudspeaker.heard) > 3000
    assert control.received("openai").requests[-1]["body"] == {
        "model": "gpt-4.1-mini",
        "messages": [{"role": "system", "content": "Sell."}, {"role": "user", "content": ASKED}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert control.received("elevenlabs").texts == ["It is ten dollars a month.", "Shall we begin?"]


async def test_what_a_call_costs_can_be_added_up_by_hand(
    loopback: ProviderEnv, control: Control, voice: CallersVoice
) -> None:
    """Tokens as posted, cached ones apart; the characters that were spoken; the seconds that Deepgram listened."""
    control.script("deepgram", [ASKED])
    control.script("openai", [Line(text=ANSWER, input_tokens=1200, output_tokens=11, cached_tokens=1024)])

    async with conversation(session_metadata("deepgram_openai"), loopback) as held:
        held.microphone.speak(voice(ASKED))
        await held.until(answered, seconds=20)
        await held.session.aclose()
        usage = held.pipeline.usage(held.session)

    [seconds] = [item.quantity for item in usage if item.unit == "audio_seconds"]
    assert sorted(usage, key=lambda item: item.unit) == [
        UsageItem(provider="deepgram", model="nova-3", unit="audio_seconds", quantity=seconds),
        UsageItem(provider="openai", model="gpt-4.1-mini", unit="cached_tokens", quantity=1024),
        UsageItem(provider="elevenlabs", model="eleven_turbo_v2_5", unit="characters", quantity=42),
        UsageItem(provider="openai", model="gpt-4.1-mini", unit="input_tokens", quantity=176),
        UsageItem(provider="openai", model="gpt-4.1-mini", unit="output_tokens", quantity=11),
    ]
    assert seconds == pytest.approx(control.received("deepgram").audio_seconds, abs=0.5)


@pytest.mark.parametrize("vad", ["builtin", "silero"])
async def test_a_call_without_keys_is_a_conversation(laptop: ProviderEnv, voice: CallersVoice, vad: str) -> None:
    """The caller's words are recognised, the persona answers to them, and its words can be recognised again."""
    said = "The price is twelve dollars a month for each user."
    environment = laptop.model_copy(update={"vad": vad})

    async with conversation(session_metadata("local"), environment) as held:
        held.microphone.speak(voice(said))
        await held.until(answered, seconds=30)

        [(_, heard), (_, reply)] = held.turns
        assert word_error_rate(heard, said=said) <= 0.2
        assert reply == "That is more than we pay now. What do we get for the money?"
        assert word_error_rate(voice.recognised(held.loudspeaker.heard), said=reply) <= 0.2


async def test_a_call_without_keys_is_counted_too(laptop: ProviderEnv, voice: CallersVoice) -> None:
    """At no price, but a test of costs may look at it."""
    async with conversation(session_metadata("local", prompt="persona=skeptic"), laptop) as held:
        held.microphone.speak(voice("Thank you and goodbye."))
        await held.until(answered, seconds=30)
        usage = {(item.provider, item.model, item.unit): item.quantity for item in held.pipeline.usage(held.session)}

    assert held.turns[-1] == ("assistant", "Goodbye.")
    assert usage["local", "joe", "characters"] == 8
    assert usage["local", "persona", "output_tokens"] == 2
    assert 1 < usage["local", "tiny.en", "audio_seconds"] < 6


async def test_two_calls_in_one_process_share_no_connections(
    loopback: ProviderEnv, control: Control, voice: CallersVoice
) -> None:
    """A context has 50 connections to a host: the 26th of the calls that share one waits for ever."""
    control.script("deepgram", [ASKED, ASKED])

    async def call() -> tuple[object, object]:
        async with conversation(session_metadata("deepgram_openai"), loopback) as held:
            held.microphone.speak(voice(ASKED))
            await held.until(answered, seconds=20)
            stt, tts = held.pipeline.stt, held.pipeline.tts
            return stt._ensure_session(), tts._ensure_session()  # type: ignore[attr-defined]

    (ears, mouth), (others_ears, others_mouth) = await asyncio.gather(call(), call())

    assert ears is mouth
    assert others_ears is others_mouth
    assert ears is not others_ears


def answered(held: Conversation) -> bool:
    """Both have spoken."""
    return [speaker for speaker, _ in held.turns] == ["user", "assistant"]
