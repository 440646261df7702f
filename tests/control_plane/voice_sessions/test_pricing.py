"""A session costs the sum of what was used times its price, to the last decimal; what has no price is named."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from contract.pipelines import LOCAL
from control_plane.voice_sessions.pricing import Price, Usage, cost_of, price_table


def usage(provider: str, model: str, unit: str, quantity: str) -> Usage:
    """How much of what."""
    return Usage(provider, model, unit, Decimal(quantity))


def test_a_call_costs_what_was_computed_by_hand() -> None:
    """A minute and a half heard, 4,210 tokens read of which 1,024 were cached, 380 written, 1,234 characters spoken."""
    used = [
        usage("deepgram", "nova-3", "audio_seconds", "91.5"),  # 91.5 / 60 x 0.0048 = 0.00732
        usage("openai", "gpt-4o-mini", "input_tokens", "3186"),  # 3186 x 0.15 / 1e6 = 0.0004779
        usage("openai", "gpt-4o-mini", "cached_tokens", "1024"),  # 1024 x 0.075 / 1e6 = 0.0000768
        usage("openai", "gpt-4o-mini", "output_tokens", "380"),  # 380 x 0.60 / 1e6 = 0.000228
        usage("elevenlabs", "eleven_flash_v2_5", "characters", "1234"),  # 1234 / 1000 x 0.05 = 0.0617
    ]

    cost = cost_of(used)

    assert cost.total_usd == Decimal("0.0698027")
    assert [line["usd"] for line in cost.lines] == ["0.00732", "0.0004779", "0.0000768", "0.000228", "0.0617"]
    assert cost.unpriced == []


def test_a_model_without_a_price_is_named_and_not_free() -> None:
    """A sum that silently left it out would be believed."""
    cost = cost_of([usage("openai", "gpt-9", "input_tokens", "1000"), usage("local", "persona", "characters", "5")])

    assert cost.unpriced == ["openai gpt-9 input_tokens"]
    assert [line["usd"] for line in cost.lines] == [None, "0"]


def test_the_nearest_name_has_the_price() -> None:
    """A family's price holds unless a member has its own."""
    read = {"source": "a.example", "read": "2026-11-21", "provider": "p", "unit": "characters"}
    prices = [Price(model=model, usd=Decimal(usd), **read) for model, usd in (("a*", "1"), ("a-1", "2"), ("a-2*", "3"))]

    costs = [cost_of([usage("p", model, "characters", "1")], prices=prices).total_usd for model in ("a", "a-1", "a-2b")]

    assert costs == [1, 2, 3]


def test_every_price_says_where_it_was_read() -> None:
    """Or that nobody has read it at its source; ours are free because we pay for the machine."""
    for price in price_table():
        assert price.source, price
        assert price.read, price
        assert price.unverified or price.provider == LOCAL.name, price


def test_a_price_from_nowhere_is_refused() -> None:
    """An invented price is believed as much as a real one."""
    with pytest.raises(ValidationError, match="give source and read"):
        Price(provider="p", model="m", unit="characters", usd=Decimal(1))
