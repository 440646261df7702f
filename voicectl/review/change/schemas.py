"""Which properties cannot be changed in place: CloudFormation's own resource schemas, as cfn-lint ships them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

PREFIX = "/properties/"


@dataclass(frozen=True)
class Mutability:
    """What a change of a resource does to it.

    Attributes:
        create_only: Paths such as `("DBInstanceIdentifier",)`: another value makes another resource.
        sometimes: Paths where it depends on the values.
    """

    create_only: tuple[tuple[str, ...], ...] = ()
    sometimes: tuple[tuple[str, ...], ...] = ()


@cache
def mutability(type_: str, region: str) -> Mutability:
    """Read a type's schema; a type that has none changes in place. No network is asked."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

    try:
        schema: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, type_).schema
    except ResourceNotFoundError:
        return Mutability()
    return Mutability(
        _paths(schema.get("createOnlyProperties", ())), _paths(schema.get("conditionalCreateOnlyProperties", ()))
    )


def _paths(pointers: Any) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(pointer.removeprefix(PREFIX).split("/")) for pointer in pointers)


def at(properties: Any, path: tuple[str, ...]) -> Any:
    """Answer the value at a path; `*` is every element of a list, and what is not there is None."""
    if not path:
        return properties
    if path[0] == "*":
        return [at(part, path[1:]) for part in properties] if isinstance(properties, list) else None
    return at(properties.get(path[0]), path[1:]) if isinstance(properties, dict) else None
