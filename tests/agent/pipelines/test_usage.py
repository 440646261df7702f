"""What is charged for is the plugins' sums under the contract's names, and nothing twice."""

from livekit.agents.metrics import EOTModelUsage, LLMModelUsage, ModelUsage, STTModelUsage, TTSModelUsage

from agent.pipelines.usage import totals
from contract.session import UsageItem

PROVIDERS = ("deepgram", "openai", "elevenlabs")


def test_each_part_is_its_providers() -> None:
    """The OpenAI plugin calls its provider by the host that it asked, which has no price."""
    used: list[ModelUsage] = [
        STTModelUsage(provider="Deepgram", model="nova-3", audio_duration=12.5),
        LLMModelUsage(provider="127.0.0.1:9000", model="gpt", input_tokens=10, output_tokens=3),
        TTSModelUsage(provider="ElevenLabs", model="turbo", characters_count=42, audio_duration=3.1),
    ]

    assert totals(used, providers=PROVIDERS) == (
        UsageItem(provider="deepgram", model="nova-3", unit="audio_seconds", quantity=12.5),
        UsageItem(provider="openai", model="gpt", unit="input_tokens", quantity=10),
        UsageItem(provider="openai", model="gpt", unit="output_tokens", quantity=3),
        UsageItem(provider="elevenlabs", model="turbo", unit="characters", quantity=42),
    )


def test_cached_tokens_are_not_input_tokens_too() -> None:
    """The plugin's input includes them; the sum of quantity × price would charge them twice."""
    used = [LLMModelUsage(provider="x", model="gpt", input_tokens=1200, input_cached_tokens=1024)]

    assert [(item.unit, item.quantity) for item in totals(used, providers=PROVIDERS)] == [
        ("input_tokens", 176),
        ("cached_tokens", 1024),
    ]


def test_one_provider_may_do_all() -> None:
    """The speech server of a laptop."""
    used: list[ModelUsage] = [
        STTModelUsage(provider="127.0.0.1:9000", model="tiny.en", audio_duration=2),
        TTSModelUsage(provider="127.0.0.1:9000", model="joe", characters_count=8),
    ]

    assert {item.provider for item in totals(used, providers=("local",))} == {"local"}


def test_two_hosts_of_one_provider_are_one_sum() -> None:
    """A total for each provider, model and unit, or the later would overwrite the earlier."""
    used = [
        LLMModelUsage(provider="one", model="gpt", output_tokens=3),
        LLMModelUsage(provider="two", model="gpt", output_tokens=4),
    ]

    [item] = totals(used, providers=PROVIDERS)
    assert item == UsageItem(provider="openai", model="gpt", unit="output_tokens", quantity=7)


def test_what_runs_in_our_process_costs_nothing() -> None:
    """The end of a turn is found by a model of our own."""
    used = [EOTModelUsage(provider="livekit", model="turn-detector-v1-mini", total_requests=9)]

    assert totals(used, providers=PROVIDERS) == ()


def test_nothing_used_is_nothing_charged() -> None:
    """A call that nobody joined."""
    assert totals([STTModelUsage(provider="Deepgram", model="nova-3")], providers=PROVIDERS) == ()
