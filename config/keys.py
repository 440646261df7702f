"""Every key that an environment file may have, read once from the schema: for errors, editors and the manual."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from config.layers import defaults
from config.schema import Environment
from config.words import KeyPath, listed, show_value, value_at

ITEM: Final = "[]"  # stands for any place in an array
ANY: Final = "*"  # stands for any name in a table of the user's own

KIND_OF_FORMAT: Final = {"time": "a time of day", "date": "a date", "ipv4network": "an address range"}
KIND_OF_TYPE: Final = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "text in quotes",
    "object": "a table",
    "array": "an array",
}


@dataclass(frozen=True)
class Key:
    """One key, or one table.

    Attributes:
        path: Where it stands; `ITEM` and `ANY` stand for what the user numbers or names.
        kind: What it takes, in words.
        limit: What is allowed within the kind, in words; empty when everything is.
        meaning: Its description.
        default: What it is without file and preset, JSON-able.
        is_required: Every environment file must say it.
        is_table: It holds other keys.
        choices: All values, if there are only some.
        example: A value that is allowed, when words cannot say which are.
        least: The smallest number allowed, if there is one.
        most: The largest.
    """

    path: tuple[str, ...]
    kind: str
    limit: str
    meaning: str
    default: Any
    is_required: bool
    is_table: bool
    choices: tuple[str, ...]
    example: Any
    least: float | None = None
    most: float | None = None

    def holds(self, number: float) -> bool:
        """Tell whether a number is within the bounds."""
        return (self.least is None or number >= self.least) and (self.most is None or number <= self.most)

    @property
    def name(self) -> str:
        """The last part."""
        return self.path[-1]

    @property
    def dotted(self) -> str:
        """The key as the manual writes it."""
        return ".".join(self.path).replace(f".{ITEM}", ITEM)


@cache
def catalogue() -> dict[tuple[str, ...], Key]:
    """Answer all keys by path, in the order of the schema."""
    schema = Environment.model_json_schema()
    return {found.path: found for found in _keys(schema, schema=schema, above=())}


def key_at(path: KeyPath) -> Key | None:
    """Answer the key that an environment file's path means, None when there is no such key."""
    found: tuple[str, ...] = ()
    for part in path:
        options = (ITEM,) if isinstance(part, int) else (part, ANY)
        found = next(((*found, option) for option in options if (*found, option) in catalogue()), ())
        if not found:
            return None
    return catalogue().get(found)


def keys_in(path: KeyPath) -> dict[str, Key]:
    """Answer the keys of one table by name."""
    found = key_at(path)
    table = found.path if found else ()
    return {each.name: each for each in catalogue().values() if each.path[:-1] == table}


def _keys(model: dict[str, Any], *, schema: dict[str, Any], above: tuple[str, ...]) -> Iterator[Key]:
    for name, field in model["properties"].items():
        yield from _key(field, schema=schema, path=(*above, name), is_required=name in model.get("required", ()))


def _key(field: dict[str, Any], *, schema: dict[str, Any], path: tuple[str, ...], is_required: bool) -> Iterator[Key]:
    """Yield a field, and what is below it."""
    rule = _resolved(field, schema)
    yield Key(
        path=path,
        kind=_kind(rule, schema),
        limit=_limit(rule),
        meaning=field.get("description", "") or rule.get("description", ""),
        default=field.get("default") if ITEM in path else value_at(defaults(), path),
        is_required=is_required and ("properties" in rule or not _is_given(path)),
        is_table="properties" in rule,
        choices=tuple(rule.get("enum", ())),
        example=next(iter(field.get("examples", ())), None),
        least=rule.get("minimum"),
        most=rule.get("maximum"),
    )
    yield from _below(rule, schema=schema, path=path)


def _below(rule: dict[str, Any], *, schema: dict[str, Any], path: tuple[str, ...]) -> Iterator[Key]:
    if "properties" in rule:
        yield from _keys(rule, schema=schema, above=path)
    for part, inner in ((ITEM, rule.get("items")), (ANY, rule.get("additionalProperties"))):
        if isinstance(inner, dict):
            yield from _key(inner, schema=schema, path=(*path, part), is_required=False)


def _is_given(path: tuple[str, ...]) -> bool:
    """A default that a model lacks may come from the table above it, and the name from the file's."""
    return path == ("name",) or value_at(defaults(), path) is not None


def _resolved(field: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, and drop the null of what may be left out."""
    for option in field.get("anyOf", ()):
        if option.get("type") != "null":
            return _resolved(option, schema)
    if "$ref" in field:
        return dict(schema["$defs"][field["$ref"].rsplit("/", 1)[-1]])
    return field


def _kind(rule: dict[str, Any], schema: dict[str, Any]) -> str:
    if rule["type"] == "array":
        inner = _resolved(rule["items"], schema)
        return f"an array of {_PLURAL[inner.get('format', inner['type'])]}"
    return KIND_OF_FORMAT.get(rule.get("format", ""), KIND_OF_TYPE[rule["type"]])


_PLURAL: Final = {"string": "texts", "object": "tables", "date": "dates"}


def _limit(rule: dict[str, Any]) -> str:
    """Say the bounds of a number, the choices or the shape of a text."""
    if "enum" in rule:
        return f"one of {listed(map(show_value, rule['enum']), last='or')}"
    bounds = _bounds(rule)
    if "multipleOf" in rule:
        bounds += f", a multiple of {rule['multipleOf']}"
    return bounds or (f"like {rule['pattern']}" if "pattern" in rule else "")


def _bounds(rule: dict[str, Any]) -> str:
    low, high = rule.get("minimum"), rule.get("maximum")
    if low is not None and high is not None:
        return f"{_number(low)} to {_number(high)}"
    if low is not None:
        return f"at least {_number(low)}"
    if "exclusiveMinimum" in rule:
        return f"more than {_number(rule['exclusiveMinimum'])}"
    return ""


def _number(value: float) -> str:
    return f"{value:g}" if value != int(value) else str(int(value))
