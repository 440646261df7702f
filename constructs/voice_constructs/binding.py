"""A container's variables, checked against the class that the process reads them with."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from aws_cdk import aws_ecs as ecs
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from contract.environment import ContainerEnv

Value = str | int | float | bool | ecs.Secret | None


class BindingError(Exception):
    """A stack gives a container other variables than its class asks for: a mistake in this repository."""


class Bound(NamedTuple):
    """What ECS is given."""

    variables: dict[str, str]
    secrets: dict[str, ecs.Secret]


def bind(environment: type[ContainerEnv], values: Mapping[str, Value]) -> Bound:
    """Give every field of a container's class its value.

    Args:
        environment: The class of `contract.environment`.
        values: By field name; None leaves an optional field to its default.

    Raises:
        BindingError: A field is missing, unknown, of the wrong type, or a secret is not from Secrets Manager.
    """
    given = {name: value for name, value in values.items() if value is not None}
    fields = environment.model_fields
    missing = [name for name, field in fields.items() if field.is_required() and name not in given]
    unknown = [name for name in given if name not in fields]
    if missing or unknown:
        raise BindingError(f"{environment.__name__}: missing {missing}, unknown {unknown}")
    for name, value in given.items():
        _check(environment, name=name, field=fields[name], value=value)
    return Bound(
        variables={name.upper(): _text(value) for name, value in given.items() if not isinstance(value, ecs.Secret)},
        secrets={name.upper(): value for name, value in given.items() if isinstance(value, ecs.Secret)},
    )


def select(environment: type[ContainerEnv], values: Mapping[str, Value]) -> dict[str, Value]:
    """Those of many values that a class has a field for: several containers share most of theirs."""
    return {name: value for name, value in values.items() if name in environment.model_fields}


def is_secret(field: FieldInfo) -> bool:
    """Whether a field may only come from Secrets Manager."""
    return "SecretStr" in str(field.annotation)


def _check(environment: type[ContainerEnv], *, name: str, field: FieldInfo, value: Value) -> None:
    if is_secret(field) != isinstance(value, ecs.Secret):
        kind = "from Secrets Manager" if is_secret(field) else "a plain value"
        raise BindingError(f"{environment.__name__}: {name} must be {kind}")
    if isinstance(value, ecs.Secret) or "${Token[" in str(value):
        return
    try:
        annotation: Any = field.rebuild_annotation()
        TypeAdapter(annotation).validate_python(_text(value))
    except ValidationError as invalid:
        raise BindingError(f"{environment.__name__}: {name} is {value}; {invalid.errors()[0]['msg']}") from None


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
