"""Variables for every container's class, made from its fields, and the ways in which each can be wrong."""

from collections.abc import Iterator
from typing import Any, Final, Literal, get_args, get_origin

import annotated_types
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from contract import environment
from contract.environment import ContainerEnv

SECRET: Final = "hunter2-correct-horse"
NO_VALUE: Final = "neither-number-nor-choice"


def classes() -> list[type[ContainerEnv]]:
    """Every class of `contract.environment`, the shared parts too."""
    every = [value for value in vars(environment).values() if isinstance(value, type)]
    return [value for value in every if issubclass(value, ContainerEnv) and value is not ContainerEnv]


def minimal(container: type[ContainerEnv]) -> dict[str, str]:
    """The least that a container can be told."""
    return {name.upper(): fitting(field) for name, field in container.model_fields.items() if field.is_required()}


def complete(container: type[ContainerEnv]) -> dict[str, str]:
    """Everything that a container can be told."""
    return {name.upper(): fitting(field) for name, field in container.model_fields.items()}


def fitting(field: FieldInfo) -> str:
    """A value that a field takes."""
    kind = kind_of(field)
    if get_origin(kind) is Literal:
        return str(get_args(kind)[0])
    lowest = next(bounds(field), ("1", ""))[0]
    return {SecretStr: SECRET, bool: "true", str: "text"}.get(kind, lowest)


def kind_of(field: FieldInfo) -> Any:
    """What a field holds when it holds something: the `str` of `str | None`."""
    kinds = [kind for kind in get_args(field.annotation) if kind is not type(None)]
    return kinds[0] if type(None) in get_args(field.annotation) else field.annotation


def is_text(field: FieldInfo) -> bool:
    """Whether any text will do."""
    return kind_of(field) in (str, SecretStr)


def bounds(field: FieldInfo) -> Iterator[tuple[str, str]]:
    """Yield a value just inside and one just outside each limit of a field."""
    for limit in field.metadata:
        match limit:
            case annotated_types.Ge(ge=int(low)):
                yield str(low), str(low - 1)
            case annotated_types.Gt(gt=int(low)):
                yield str(low + 1), str(low)
            case annotated_types.Le(le=int(high)):
                yield str(high), str(high + 1)
