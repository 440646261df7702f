"""A persona's file, and its answer to a history."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from runtime.providers.chat import Message
from runtime.providers.errors import UnknownPersona

DEFAULT: Final = "buyer"
NAMED: Final = re.compile(r"\bpersona=([a-z0-9-]+)")  # anywhere in a system prompt


class Branch(BaseModel):
    """What a persona says to certain words.

    Attributes:
        keywords: Whole words or phrases, in lower case.
        lines: One for each time; afterwards the branch is deaf.
        closes: Whether the conversation is over then.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    keywords: tuple[str, ...] = Field(min_length=1)
    lines: tuple[str, ...] = Field(min_length=1)
    closes: bool = False


class Persona(BaseModel):
    """One file: an opening, steps in order, branches on keywords, a closing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    opening: str
    closing: str
    steps: tuple[str, ...]
    branches: tuple[Branch, ...] = ()


def answer(messages: Sequence[Message]) -> str:
    """Say what the persona of the system prompt says next; the whole state is the history.

    Raises:
        UnknownPersona: The system prompt names one that has no file.
    """
    prompts = " ".join(message.text for message in messages if message.role in ("system", "developer"))
    named = NAMED.search(prompts)
    heard = [message.text for message in messages if message.role == "user"]
    return _after(persona(named[1] if named else DEFAULT), heard)


@cache
def persona(name: str) -> Persona:
    """Read a persona's file.

    Raises:
        UnknownPersona: There is none of this name.
    """
    if name not in names():
        raise UnknownPersona(f"persona={name} has no file; use one of {', '.join(names())}")
    return Persona.model_validate(tomllib.loads(_folder().joinpath(f"{name}.toml").read_text(encoding="utf-8")))


@cache
def names() -> tuple[str, ...]:
    """List the personas that there are."""
    return tuple(sorted(file.name.removesuffix(".toml") for file in _folder().iterdir() if file.name.endswith(".toml")))


def _after(who: Persona, heard: Sequence[str]) -> str:
    """Walk through all that the caller said, and answer the last."""
    said = who.opening
    steps = list(who.steps)
    unsaid = {branch: list(branch.lines) for branch in who.branches}
    is_closed = False
    for text in heard:
        branch = next((branch for branch, lines in unsaid.items() if lines and _is_meant(branch, text)), None)
        if is_closed:
            said = who.closing
        elif branch:
            said, is_closed = unsaid[branch].pop(0), branch.closes
        else:
            said = steps.pop(0) if steps else who.closing
    return said


def _is_meant(branch: Branch, text: str) -> bool:
    words = f" {' '.join(re.findall(r'[a-z0-9]+', text.lower()))} "
    return any(f" {keyword} " in words for keyword in branch.keywords)


def _folder() -> Traversable:
    return files("runtime.providers.persona") / "files"
