"""What one look at the machine found."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class Verdict(StrEnum):
    """How it is."""

    GOOD = "good"
    MISSING = "missing"
    OPTIONAL = "optional"  # not there, and not needed for a call on this machine


class Finding(NamedTuple):
    """One line of the doctor.

    Attributes:
        found: What is there, with its number or version.
        fix: One line that says what to do; empty when it is good.
    """

    name: str
    verdict: Verdict
    found: str
    fix: str = ""


class Machine(NamedTuple):
    """Where the doctor looks.

    Attributes:
        variables: The environment of the person.
        root: The clone.
        folder: The state folder.
    """

    variables: Mapping[str, str]
    root: Path
    folder: Path


def judge(name: str, good: bool, found: str, *, fix: str, is_optional: bool = False) -> Finding:
    """Make a finding of a yes or no; what is good needs no fix."""
    if good:
        return Finding(name, Verdict.GOOD, found)
    return Finding(name, Verdict.OPTIONAL if is_optional else Verdict.MISSING, found, fix)
