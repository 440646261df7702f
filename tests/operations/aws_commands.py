"""Whether the AWS CLI would take a command, by the models of the APIs that it is made of."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

import botocore.session
import jmespath
from botocore import xform_name

from tests.operations.shell import ANSWER

EVERYWHERE: Final = ("query", "output", "region")
PAGED: Final = ("max-items", "page-size")
RENAMED: Final = {("sns", "notification-endpoint"): "endpoint"}  # the CLI's own --endpoint-url would hide it
SHORTHAND: Final = re.compile(r"(?:^|,)([A-Za-z]+)=")


def faults(command: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with `aws SERVICE OPERATION …`."""
    service, operation, *rest = command
    if operation == "wait" and rest:
        operation, rest = _looked_at(service, rest[0]), rest[1:]
    model = _operation(service, operation)
    if model is None:
        yield f"aws {service} {operation}: there is no such operation"
        return
    members = model.input_shape.members if model.input_shape else {}
    known = {xform_name(name, "-"): (name, shape) for name, shape in members.items()}
    given = {RENAMED.get((service, option), option): values for option, values in _options(rest).items()}
    for option, values in given.items():
        if option == "query":
            yield from _unreadable(values)
        elif option.removeprefix("no-") in known:
            yield from (f"--{option}: {fault}" for fault in _misfits(known[option.removeprefix("no-")][1], values))
        elif option not in (*EVERYWHERE, *PAGED):
            yield f"aws {service} {operation} knows no --{option}"
    required = model.input_shape.required_members if model.input_shape else []
    asked = {known[option.removeprefix("no-")][0] for option in given if option.removeprefix("no-") in known}
    yield from (f"aws {service} {operation} needs --{xform_name(name, '-')}" for name in required if name not in asked)


@cache
def _operation(service: str, operation: str) -> Any:
    session = botocore.session.get_session()
    if service not in session.get_available_services():
        return None
    model = session.get_service_model(service)
    named = {xform_name(name, "-"): name for name in model.operation_names}
    return model.operation_model(named[operation]) if operation in named else None


def _looked_at(service: str, waiter: str) -> str:
    """The operation that a waiter asks again and again; its own name where there is none, which is no operation."""
    model = botocore.session.get_session().get_waiter_model(service)
    named = {xform_name(name, "-"): name for name in model.waiter_names}
    return xform_name(model.get_waiter(named[waiter]).operation, "-") if waiter in named else f"wait {waiter}"


def _options(words: Sequence[str]) -> dict[str, list[str]]:
    options: dict[str, list[str]] = {}
    last: list[str] = []
    for word in words:
        if word.startswith("--"):
            last = options.setdefault(word[2:], [])
        else:
            last.append(word)
    return options


def _unreadable(values: Sequence[str]) -> Iterator[str]:
    try:
        jmespath.compile(" ".join(values))
    except jmespath.exceptions.ParseError as error:
        yield f"--query {' '.join(values)}: {error}"


def _misfits(shape: Any, values: Sequence[str]) -> Iterator[str]:
    """Yield what no value of a shape looks like."""
    if shape.type_name == "boolean":
        return
    if shape.type_name == "list":
        for value in values:
            yield from _misfits(shape.member, [value])
    elif len(values) != 1:
        yield f"has {len(values)} values"
    elif values[0] != ANSWER and not values[0].startswith("file://"):
        yield from _misfit(shape, values[0])


def _misfit(shape: Any, value: str) -> Iterator[str]:
    if shape.type_name in ("integer", "long") and not value.isdecimal():
        yield f"{value!r} is no number"
    if getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{value!r} is none of {', '.join(shape.enum)}"
    if shape.type_name == "structure":
        keys = list(json.loads(value)) if value.startswith("{") else SHORTHAND.findall(value)
        yield from (f"{key} is no part of it" for key in keys if key not in shape.members)
        if not keys:
            yield f"{value!r} has no parts"
