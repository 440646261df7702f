"""CloudFormation's properties in the form the API takes, guided by botocore's shapes.

CloudFormation writes `ContainerDefinitions`, ECS takes `containerDefinitions`; CloudFormation allows "5" and objects
where the API wants 5 and a JSON text. A property for which the API has no parameter is refused, never dropped.
"""

import json
from collections.abc import Callable
from typing import Any

from botocore.model import Shape

from tests.fakes.cloudformation.errors import ResourceRefused

_ALIASES = {"key": "tagkey", "value": "tagvalue"}


def coerce(value: Any, shape: Shape, *, at: str) -> Any:
    """The value as the shape wants it.

    Args:
        value: A resolved CloudFormation value, or a parameter that is already right.
        shape: The API's input shape.
        at: Where the value stands, for the message.

    Raises:
        ResourceRefused: The shape has no such member, or not such a value.
    """
    return _CONVERSIONS.get(shape.type_name, _as_it_is)(value, shape, at)


def _structure(value: Any, shape: Any, at: str) -> Any:
    if getattr(shape, "is_document_type", False):
        return value
    if not isinstance(value, dict):
        raise ResourceRefused(f"{at} is {value!r}, not an object")
    members = {name.lower(): name for name in shape.members}
    converted = {}
    for key, held in value.items():
        name = members.get(key.lower()) or members.get(_ALIASES.get(key.lower(), ""))
        if name is None:
            raise ResourceRefused(f"{at}.{key} is no parameter of {shape.name}; the API would not take it")
        converted[name] = coerce(held, shape.members[name], at=f"{at}.{key}")
    return converted


def _list(value: Any, shape: Any, at: str) -> list[Any]:
    if isinstance(value, dict) and {"Key", "Value"} <= getattr(shape.member, "members", {}).keys():
        value = [{"Key": key, "Value": held} for key, held in value.items()]
    if not isinstance(value, list):
        raise ResourceRefused(f"{at} is {value!r}, not a list")
    return [coerce(item, shape.member, at=f"{at}.{index}") for index, item in enumerate(value)]


def _map(value: Any, shape: Any, at: str) -> dict[str, Any]:
    if isinstance(value, list):
        value = {pair.get("Key", pair.get("Name")): pair["Value"] for pair in value}
    if not isinstance(value, dict):
        raise ResourceRefused(f"{at} is {value!r}, not a map")
    return {str(key): coerce(held, shape.value, at=f"{at}.{key}") for key, held in value.items()}


def _string(value: Any, shape: Any, at: str) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    allowed = getattr(shape, "enum", None)
    if allowed and text not in allowed:
        raise ResourceRefused(f"{at} is {text!r}, not one of {', '.join(allowed)[:200]}")
    return text


def _boolean(value: Any, _shape: Shape, at: str) -> bool:
    if str(value).lower() not in ("true", "false"):
        raise ResourceRefused(f"{at} is {value!r}, not a boolean")
    return str(value).lower() == "true"


def _integer(value: Any, _shape: Shape, at: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ResourceRefused(f"{at} is {value!r}, not a whole number") from None


def _float(value: Any, _shape: Shape, at: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ResourceRefused(f"{at} is {value!r}, not a number") from None


def _blob(value: Any, _shape: Shape, _at: str) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _as_it_is(value: Any, _shape: Shape, _at: str) -> Any:
    return value


_CONVERSIONS: dict[str, Callable[[Any, Any, str], Any]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "boolean": _boolean,
    "integer": _integer,
    "long": _integer,
    "float": _float,
    "double": _float,
    "blob": _blob,
}
