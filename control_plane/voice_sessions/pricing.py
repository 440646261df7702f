"""What a session costs: Σ quantity × price, in decimals; what has no price is named, never 0."""

import tomllib
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

PRICES_FILE: Final = Path(__file__).with_name("prices.toml")


class Price(BaseModel):
    """US dollars for `per` units.

    Attributes:
        source: Where it was read, unless unverified.
        read: When, as 2026-11-21.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: str
    model: str = Field(description="a name, or a beginning with * after it")
    unit: str
    usd: Decimal = Field(ge=0)
    per: int = Field(1, ge=1)
    source: str = ""
    read: str = Field("", pattern=r"^(20\d\d-\d\d-\d\d)?$")
    unverified: bool = False

    @model_validator(mode="after")
    def _sourced(self) -> Self:
        """A price that nobody read must say so."""
        if not self.unverified and not (self.source and self.read):
            raise ValueError(f"{self.provider} {self.model} {self.unit}: give source and read, or unverified = true")
        return self

    def fits(self, usage: "Usage") -> bool:
        """Whether it is the price of a usage."""
        same = (self.provider, self.unit) == (usage.provider, usage.unit)
        exact = self.model == usage.model
        return same and (exact or (self.model.endswith("*") and usage.model.startswith(self.model[:-1])))


class Usage(NamedTuple):
    """How much of what, over all attempts."""

    provider: str
    model: str
    unit: str
    quantity: Decimal


class Cost(NamedTuple):
    """What a session costs.

    Attributes:
        total_usd: Of what has a price.
        lines: Each usage with its price, for the record.
        unpriced: What is not in the total, as `provider model unit`.
    """

    total_usd: Decimal
    lines: list[dict[str, Any]]
    unpriced: list[str]


def cost_of(usage: Iterable[Usage], *, prices: Iterable[Price] | None = None) -> Cost:
    """Price a session's usage.

    Args:
        prices: The file's, unless given; the longest fitting model name wins.
    """
    table = tuple(prices) if prices is not None else price_table()
    total, lines, unpriced = Decimal(0), [], []
    for item in usage:
        fitting = sorted((each for each in table if each.fits(item)), key=lambda price: len(price.model))
        line: dict[str, Any] = {**item._asdict(), "quantity": plain(item.quantity)}
        if not fitting:
            unpriced.append(f"{item.provider} {item.model} {item.unit}")
            lines.append({**line, "usd": None})
            continue
        price = fitting[-1]
        amount = item.quantity * price.usd / price.per
        total += amount
        lines.append({**line, "usd": plain(amount), "unverified": price.unverified})
    return Cost(total_usd=total, lines=lines, unpriced=unpriced)


def plain(amount: Decimal) -> str:
    """Write a decimal without exponent and without zeros that say nothing."""
    return f"{amount.normalize():f}"


@cache
def price_table() -> tuple[Price, ...]:
    """Read the price file."""
    with PRICES_FILE.open("rb") as file:
        return tuple(Price.model_validate(each) for each in tomllib.load(file, parse_float=Decimal)["price"])
