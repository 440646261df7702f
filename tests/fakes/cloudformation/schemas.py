"""CloudFormation's own schemas, read from the files that cfn-lint ships: which properties exist and what they may hold.

moto drops what it does not know, so a misspelt property would deploy green; here it is refused.
"""

import difflib
import importlib.util
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

Schema = dict[str, Any]


def complaints(properties: dict[str, Any], *, type: str, region: str) -> list[str]:
    """What CloudFormation would refuse in a resource's resolved properties; empty when it is fine."""
    schema = schema_of(type, region=region)
    return list(_faults(properties, schema, root=schema, at=""))


@cache
def schema_of(type: str, *, region: str) -> Schema:
    """The schema of a resource type in a region.

    Raises:
        KeyError: The region has no such type.
    """
    digest = _providers(region)[type]
    schema: Schema = json.loads((_folder() / "resources" / f"{digest}.json").read_text())
    return schema


def exists(type: str, *, region: str) -> bool:
    """Whether CloudFormation has this type in this region."""
    return type in _providers(region)


@cache
def _providers(region: str) -> dict[str, str]:
    providers: dict[str, str] = json.loads((_folder() / "providers" / f"{region}.json").read_text())
    return providers


@cache
def _folder() -> Path:
    # Importing cfnlint would take half a second; only its data files are needed.
    spec = importlib.util.find_spec("cfnlint")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("cfnlint is not installed; pip install -r requirements.txt")
    return Path(spec.submodule_search_locations[0]) / "data" / "schemas"


def _faults(value: Any, schema: Schema, *, root: Schema, at: str) -> Iterator[str]:
    while "$ref" in schema:
        schema = _follow(schema["$ref"], root)
    if not _is(value, schema.get("type")):
        yield f"{at or 'Properties'}: {_short(value)} is not of type {schema['type']}"
        return
    yield from _unlike_any_variant(value, schema, root=root, at=at)
    if isinstance(value, dict):
        yield from _faults_of_object(value, schema, root=root, at=at)
    elif isinstance(value, list):
        yield from _faults_of_list(value, schema, root=root, at=at)
    else:
        yield from _faults_of_scalar(value, schema, at)


def _follow(reference: str, root: Schema) -> Schema:
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    schema: Schema = found
    return schema


def _unlike_any_variant(value: Any, schema: Schema, *, root: Schema, at: str) -> Iterator[str]:
    for keyword in ("anyOf", "oneOf"):
        variants = schema.get(keyword, [])
        faults = [next(_faults(value, variant, root=root, at=at), None) for variant in variants]
        if faults and all(faults):
            yield f"{at or 'Properties'}: fits none of the allowed forms: {'; '.join(filter(None, faults))}"


def _faults_of_object(value: dict[str, Any], schema: Schema, *, root: Schema, at: str) -> Iterator[str]:
    for missing in [name for name in schema.get("required", []) if name not in value]:
        yield f"{at or 'Properties'}: required property {missing} is missing"
    for keyword, check in _GROUPS.items():
        if keyword in schema:
            yield from check(schema[keyword], value, at or "Properties")
    known = schema.get("properties", {})
    patterns = schema.get("patternProperties", {})
    closed = schema.get("additionalProperties") is False
    for name, held in value.items():
        inner = known.get(name) or next((then for pattern, then in patterns.items() if _matches(pattern, name)), None)
        path = f"{at}.{name}" if at else name
        if inner is not None:
            yield from _faults(held, inner, root=root, at=path)
        elif closed:
            yield f"{path}: unknown property{_suggestion(name, known)}"


def _suggestion(name: str, known: Schema) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _faults_of_list(value: list[Any], schema: Schema, *, root: Schema, at: str) -> Iterator[str]:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield f"{at}: {len(value)} items; {schema.get('minItems', 0)} to {schema.get('maxItems', 'any')} are allowed"
    if schema.get("uniqueItems") and len({json.dumps(item, sort_keys=True) for item in value}) < len(value):
        yield f"{at}: holds an item twice"
    for index, item in enumerate(value):
        yield from _faults(item, schema.get("items", {}), root=root, at=f"{at}.{index}")


def _faults_of_scalar(value: Any, schema: Schema, at: str) -> Iterator[str]:
    allowed = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if allowed is not None and value not in allowed and str(value) not in map(str, allowed):
        yield f"{at}: {_short(value)} is not one of {', '.join(map(str, allowed))[:200]}"
    loose = [item.lower() for item in schema.get("enumCaseInsensitive", [])]
    if loose and str(value).lower() not in loose:
        yield f"{at}: {_short(value)} is not one of {', '.join(loose)[:200]}"
    if isinstance(value, str) and "pattern" in schema and not _matches(schema["pattern"], value):
        yield f"{at}: {_short(value)} does not match {schema['pattern']}"
    if isinstance(value, str) and not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        limits = f"{schema.get('minLength', 0)} to {schema.get('maxLength', 'any')}"
        yield f"{at}: {len(value)} characters; {limits} are allowed"
    if {"minimum", "maximum"} & schema.keys() and _is(value, "number"):
        low, high = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))
        if not low <= float(value) <= high:
            yield f"{at}: {value} is not between {low} and {high}"


def _short(value: Any) -> str:
    return repr(value)[:120]


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:  # Java and ECMA know constructs that Python does not; then the pattern says nothing here.
        return None


def _matches(pattern: str, text: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.search(text) is not None


# CloudFormation converts scalars, so "5" is an integer and 5 is a string.
_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, (str, int, float)),
    "boolean": lambda value: str(value).lower() in ("true", "false"),
    "integer": lambda value: not isinstance(value, bool) and re.fullmatch(r"-?\d+(\.0)?", str(value)) is not None,
    "number": lambda value: not isinstance(value, bool) and _number(value),
    "null": lambda value: value is None,
}


def _number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _is(value: Any, type: str | list[str] | None) -> bool:
    if type is None:
        return True
    return any(_TYPES[name](value) for name in ([type] if isinstance(type, str) else type))


def _all_or_none(rule: dict[str, list[str]], value: dict[str, Any], at: str) -> Iterator[str]:
    for trigger, needed in rule.items():
        if trigger in value:
            yield from (f"{at}: {trigger} needs {name}" for name in needed if name not in value)


def _exclusive(rule: dict[str, list[str]], value: dict[str, Any], at: str) -> Iterator[str]:
    for trigger, excluded in rule.items():
        if trigger in value:
            yield from (f"{at}: {trigger} and {name} exclude each other" for name in excluded if name in value)


def _exactly_one(rule: list[str], value: dict[str, Any], at: str) -> Iterator[str]:
    if sum(name in value for name in rule) != 1:
        yield f"{at}: exactly one of {', '.join(rule)} is needed"


def _at_least_one(rule: list[str], value: dict[str, Any], at: str) -> Iterator[str]:
    if not any(name in value for name in rule):
        yield f"{at}: at least one of {', '.join(rule)} is needed"


_GROUPS: dict[str, Callable[[Any, dict[str, Any], str], Iterator[str]]] = {
    "dependentRequired": _all_or_none,
    "dependentExcluded": _exclusive,
    "requiredXor": _exactly_one,
    "requiredOr": _at_least_one,
}
