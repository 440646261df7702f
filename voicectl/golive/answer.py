"""What became of one item of the list."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from config.schema import Environment
from voicectl.review.templates import Assembly


class Verdict(StrEnum):
    """PASS and FAIL are found; NEEDS-HUMAN waits for a signature."""

    PASS = "PASS"
    FAIL = "FAIL"
    NEEDS_HUMAN = "NEEDS-HUMAN"


class Answer(NamedTuple):
    """One item, answered.

    Attributes:
        found: What was seen, with its numbers; for a signature who signed, when, and where the evidence is.
        todo: What to do; empty when it passes.
    """

    item: str
    asks: str
    seed: str
    verdict: Verdict
    found: str
    todo: str = ""


class Found(NamedTuple):
    """What a look saw."""

    good: bool
    said: str
    todo: str = ""


class Place(NamedTuple):
    """What is looked at.

    Attributes:
        name: The environment's, as it was asked for.
        assembly: What would be deployed.
        drills: The record of what was rehearsed; the file need not be there.
        now: When it is looked at: what was signed or rehearsed long ago is no evidence.
    """

    name: str
    environment: Environment
    assembly: Assembly
    drills: Path
    now: datetime


def judged(wrong: Iterable[str], right: str, place: str) -> Found:
    """What a look at templates saw.

    Args:
        wrong: What is wrong; nothing when all is as it must be.
        right: What is said then, with its numbers.
        place: Where it is mended: a key of the environment file, or a part of the stacks.
    """
    said = "; ".join(dict.fromkeys(wrong))
    return Found(False, said, f"mend {place}, then `make synth`") if said else Found(True, right)
