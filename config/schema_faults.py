"""From pydantic's list of errors to faults that a person can act on."""

from collections.abc import Callable, Collection, Iterable, Iterator
from ipaddress import IPv4Network
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.faults import Fault
from config.keys import Key, key_at
from config.unknown_key import advice, suggestion
from config.words import KeyPath, nearest, show_value, value_at

MISSING: Final = "missing"
UNKNOWN: Final = "extra_forbidden"


def schema_faults(invalid: ValidationError, *, file: dict[str, Any]) -> list[Fault]:
    """Answer one fault for each error, without those that follow from a misspelt key."""
    errors = invalid.errors(include_url=False)
    meant: set[KeyPath | None] = {suggestion(error["loc"]) for error in errors if error["type"] == UNKNOWN}
    return list(_faults((error for error in errors if not _follows(error, meant)), file=file))


def _follows(error: ErrorDetails, meant: Collection[KeyPath | None]) -> bool:
    """A misspelt `[domian]` is also a missing `domain`; one message about it is enough."""
    loc = error["loc"]
    return error["type"] == MISSING and any(loc[: len(path)] == path for path in meant if path)


def _faults(errors: Iterable[ErrorDetails], *, file: dict[str, Any]) -> Iterator[Fault]:
    for error in errors:
        path = error["loc"]
        value = value_at(file, path)
        if error["type"] == UNKNOWN:
            yield Fault(keys=(path,), allowed="there is no such key", remedy=advice(path, value))
        elif error["type"] == MISSING:
            yield _missing(error)
        else:
            found = key_at(path)
            yield Fault(keys=(path,), allowed=_allowed(error, found), remedy=_remedy(error, found, value))


def _missing(error: ErrorDetails) -> Fault:
    found = key_at(error["loc"])
    meaning = found.meaning.rstrip(".") if found else ""
    *above, name = error["loc"]
    place = f" under [{'.'.join(map(str, above))}]" if above and all(isinstance(part, str) for part in above) else ""
    remedy = f"add {name} = {_example(found)}{place}"
    return Fault(keys=(error["loc"],), allowed=f"it must be given: {meaning}", remedy=remedy, shown="missing")


def _example(found: Key | None) -> str:
    if found is None:
        return "…"
    return show_value(found.example) if found.example is not None else f"({found.kind})"


def _allowed(error: ErrorDetails, found: Key | None) -> str:
    """Say the kind when that is wrong, else the limit within it."""
    if found is None:
        return error["msg"]
    if error["type"].endswith(("_type", "_parsing")) or error["type"] == "value_error":
        return f"it must be {found.kind}" + (f", {found.limit}" if found.limit else "")
    if error["type"] == "too_short":
        return f"it must have {error['ctx']['min_length']} at least"
    if error["type"] == "string_too_long":
        return f"it must have {error['ctx']['max_length']} characters at most"
    return f"it must be {found.limit}"


def _remedy(error: ErrorDetails, found: Key | None, value: Any) -> str:
    """Say the likeliest correction."""
    if found is None:
        return "correct it"
    if found.choices:
        meant = nearest(value, found.choices) if isinstance(value, str) else None
        return f"did you mean {show_value(meant)}?" if meant else "choose one"
    if error["type"] in _BOUNDS:
        return f"{_BOUNDS[error['type']]} it to {_number(error)} or {'more' if 'greater' in error['type'] else 'less'}"
    if error["type"] == "multiple_of":
        return f"round it up to {-(-value // error['ctx']['multiple_of']) * error['ctx']['multiple_of']}"
    if found.kind.startswith("an array"):
        return "write it in brackets: [ … ]" if error["type"] != "too_short" else f"give one, {_example(found)}"
    if found.kind in _CORRECTIONS:
        return _CORRECTIONS[found.kind](value)
    if error["type"] == "string_type":
        return _text(value)
    if error["type"] == "string_too_long":
        return "shorten it"
    return f"write it like {_example(found)}" if found.example is not None else _described(found)


_BOUNDS: Final = {
    "greater_than_equal": "raise",
    "less_than_equal": "lower",
}


def _number(error: ErrorDetails) -> str:
    return f"{next(iter(error['ctx'].values())):g}"


def _described(found: Key) -> str:
    return f"give {found.kind}: {found.meaning.rstrip('.')}"


def _whole(value: Any) -> str:
    if isinstance(value, str) and value.strip().isdecimal():
        return f"write {int(value)} without quotes"
    return "write a number without quotes and without a fraction"


def _address_range(value: Any) -> str:
    try:
        return f"write it as {show_value(str(IPv4Network(str(value), strict=False)))}"
    except ValueError:
        return 'write it like "10.0.0.0/16"'


def _text(value: Any) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "put it in quotes" if is_number else "write text in quotes"


_CORRECTIONS: Final[dict[str, Callable[[Any], str]]] = {
    "a whole number": _whole,
    "a number": lambda _: "write a number without quotes",
    "true or false": lambda _: "write true or false, without quotes",
    "a table": lambda _: "write a table, such as [name] with keys below it",
    "a time of day": lambda _: 'write hours and minutes, such as "09:00"',
    "a date": lambda _: 'write year, month and day, such as "2026-12-25"',
    "an address range": _address_range,
}
