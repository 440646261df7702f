"""Writes the secrets that only people have: what is missing is asked for, what is there stays."""

import json
from collections.abc import Callable, Iterator

from voicectl.review.templates import Assembly
from voicectl.secrets.errors import ValueRefused
from voicectl.secrets.expected import Expected, expected_secrets, faults
from voicectl.secrets.store import exists, put, signed_in, value_of

Ask = Callable[[str, str], str]


def write_missing(assembly: Assembly, *, environment: str, ask: Ask) -> Iterator[str]:
    """Write each secret that is not complete, one at a time, and yield its name.

    Args:
        ask: Answers the value of a secret's field; the field is empty for a secret that is one text.

    Raises:
        ValueRefused: A value has not the shape that its readers need; this secret is as it was.
        AccountSilent: AWS cannot be asked.
    """
    for expected in expected_secrets(assembly):
        if expected.is_generated:
            continue
        with signed_in():
            there, text = exists(expected.name, expected.region), value_of(expected.name, expected.region) or ""
        if not there:
            made = f"make deploy ENV={environment} STEP=foundations"
            raise ValueRefused(f"secret {expected.name} is not there; `{made}` makes it")
        if faults(expected, text):
            complete = _completed(expected, text, ask=ask)
            with signed_in():
                put(expected.name, expected.region, complete)
            yield expected.name


def _completed(expected: Expected, text: str, *, ask: Ask) -> str:
    if not expected.fields:
        complete = ask(expected.name, "")
    else:
        present = _fields(text)
        missing = faults(expected, json.dumps(present))
        complete = json.dumps({**present, **{field: ask(expected.name, field) for field in missing}})
    for field, fault in faults(expected, complete).items():
        raise ValueRefused(f"{field or 'the value'} of secret {expected.name} {fault}; nothing of it was written")
    return complete


def _fields(text: str) -> dict[str, object]:
    """What is there already; what is no JSON object is written anew."""
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
