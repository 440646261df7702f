"""The price table: every price with its unit, when and where it was read, and whether anybody has verified it."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

TABLE: Final = Path(__file__).parents[1] / "prices.toml"
REGION: Final = "us-east-1"


class Price(BaseModel):
    """What one unit costs.

    Attributes:
        date: When the source was read.
        unverified: Nobody has compared it with AWS's own page.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: str = Field(min_length=4)
    date: date
    source: str = Field(min_length=8)
    usd: float = Field(gt=0)
    unverified: bool = False


Prices = dict[str, Price]


@cache
def read_prices(table: Path = TABLE) -> Prices:
    """Read the table: `fargate.arm64_vcpu_hour` → its price.

    Raises:
        ValidationError: An entry lacks its unit, date or source.
    """
    groups = tomllib.loads(table.read_text())
    return {
        f"{group}.{name}": Price.model_validate(entry)
        for group, prices in groups.items()
        for name, entry in prices.items()
    }
