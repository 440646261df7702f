"""Which secrets an environment's templates name, and which shape each of them must have."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from voicectl.deploy.needs import secret_needs
from voicectl.review.templates import Assembly

SHORTEST: Final = 32  # characters: LiveKit refuses shorter secrets, and ours are made of 48
PLACEHOLDERS: Final = frozenset({"…", "...", "changeme", "secret", "todo", "xxx"})


@dataclass(frozen=True, order=True)
class Expected:
    """One secret in Secrets Manager.

    Attributes:
        fields: Of its JSON, that people write; empty where it is one text or LiveKit's keys.
        is_generated: AWS has made it; otherwise people write it.
        is_keys: JSON of key id → secret: LiveKit's.
    """

    name: str
    region: str
    is_generated: bool
    is_keys: bool = False
    fields: frozenset[str] = frozenset()


def expected_secrets(assembly: Assembly) -> list[Expected]:
    """Every secret that something reads, once."""
    return sorted([*_generated(assembly), *_written(assembly)])


def faults(expected: Expected, text: str) -> dict[str, str]:
    """What is wrong with a value, by field; `""` is the secret as a whole. Empty when nothing is."""
    if not expected.is_keys and not expected.fields:
        return _named("", _fault(text, shortest=SHORTEST if expected.is_generated else 1))
    try:
        content = json.loads(text)
    except ValueError:
        return {"": "is no JSON"}
    if not isinstance(content, dict):
        return {"": "is no JSON object"}
    wanted = content.keys() if expected.is_keys else expected.fields
    if not wanted:
        return {"": "has no key"}
    shortest = SHORTEST if expected.is_keys else 1
    return {
        name: fault
        for field in sorted(wanted)
        for name, fault in _named(field, _fault(content.get(field), shortest=shortest)).items()
    }


def _generated(assembly: Assembly) -> Iterator[Expected]:
    for stack, secret in assembly.of_type("AWS::SecretsManager::Secret"):
        made = secret.properties.get("GenerateSecretString")
        if made and "Name" in secret.properties:
            yield Expected(secret.properties["Name"], stack.region, True, is_keys="GenerateStringKey" in made)


def _written(assembly: Assembly) -> Iterator[Expected]:
    for need in secret_needs(assembly):
        yield Expected(need.name, need.region, False, fields=need.fields)


def _named(field: str, fault: str) -> dict[str, str]:
    return {field: fault} if fault else {}


def _fault(value: object, *, shortest: int) -> str:
    if value is None or value == "":
        return "has no value"
    if not isinstance(value, str):
        return "is no text"
    if value != value.strip() or any(character.isspace() for character in value):
        return "has white space in it"
    if value.casefold() in PLACEHOLDERS:
        return "is a placeholder"
    if len(value) < shortest:
        return f"has {len(value)} characters; {shortest} are needed"
    return ""
