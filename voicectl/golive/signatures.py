"""Who has signed for what only people can know: `config/golive/ENV.toml`, reviewed like any other change."""

import tomllib
from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from voicectl.golive.errors import SignaturesUnreadable

GOOD_FOR: Final = timedelta(days=180)  # longer ago, networks, people and providers have changed


class Signature(BaseModel):
    """One item, signed.

    Attributes:
        by: A person, by name.
        evidence: Where it can be read: a report, a ticket, a recording.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    item: str
    by: str = Field(min_length=2)
    on: date
    evidence: str = Field(min_length=2)

    def is_good(self, today: date) -> bool:
        """Whether it is neither too old nor of the future."""
        return self.on <= today <= self.on + GOOD_FOR


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    signed: tuple[Signature, ...] = ()


def signatures_of(file: Path, *, items: Collection[str]) -> dict[str, Signature]:
    """Read a file of signatures; of two for one item the later counts. No file is no signature.

    Raises:
        SignaturesUnreadable: It is no TOML, or has an entry that is not a signature of a known item.
    """
    if not file.exists():
        return {}
    try:
        signed = _File.model_validate(tomllib.loads(file.read_text())).signed
    except tomllib.TOMLDecodeError as mistake:
        raise SignaturesUnreadable(f"{file}: {mistake}") from None
    except ValidationError as mistakes:
        first = mistakes.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SignaturesUnreadable(f"{file}: {where}: {first['msg']}; item, by, on and evidence are needed") from None
    for each in signed:
        if each.item not in items:
            raise SignaturesUnreadable(
                f"{file}: there is no item {each.item!r}; sign one of {', '.join(sorted(items))}"
            )
    return {each.item: each for each in sorted(signed, key=lambda each: each.on)}
