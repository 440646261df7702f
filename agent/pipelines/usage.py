"""What the providers will charge for: the plugins' sums, in the contract's words."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Literal

from livekit.agents.metrics import LLMModelUsage, ModelUsage, STTModelUsage, TTSModelUsage

from contract.session import UsageItem

Unit = Literal["input_tokens", "output_tokens", "cached_tokens", "characters", "audio_seconds"]
Place = Literal["stt", "llm", "tts"]


def totals(used: Sequence[ModelUsage], *, providers: Sequence[str]) -> tuple[UsageItem, ...]:
    """Answer one item for each provider, model and unit, without zeros; models that run in our process cost nothing.

    Input tokens that were cached are `cached_tokens` and not `input_tokens`, so that a cost is the plain sum of
    quantity × price. The names are ours: the OpenAI plugin calls its provider by the host that it asked.
    """
    sums: defaultdict[tuple[str, str, Unit], float] = defaultdict(float)
    for usage in used:
        for place, unit, quantity in _quantities(usage):
            sums[_provider(providers, place), usage.model, unit] += quantity
    return tuple(
        UsageItem(provider=provider, model=model, unit=unit, quantity=quantity)
        for (provider, model, unit), quantity in sums.items()
        if quantity
    )


def _quantities(usage: ModelUsage) -> Iterator[tuple[Place, Unit, float]]:
    match usage:
        case LLMModelUsage():
            yield "llm", "input_tokens", usage.input_tokens - usage.input_cached_tokens
            yield "llm", "cached_tokens", usage.input_cached_tokens
            yield "llm", "output_tokens", usage.output_tokens
        case STTModelUsage():
            yield "stt", "audio_seconds", usage.audio_duration
        case TTSModelUsage():
            yield "tts", "characters", usage.characters_count


def _provider(providers: Sequence[str], place: Place) -> str:
    return providers[min(("stt", "llm", "tts").index(place), len(providers) - 1)]
