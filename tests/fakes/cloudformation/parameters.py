"""A template's parameters: their values, after defaults, types and allowed values."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.cloudformation.errors import TemplateRefused

ReadSsm = Callable[[str], str]


def values(declared: Mapping[str, Any], *, given: Mapping[str, str], read_ssm: ReadSsm) -> dict[str, Any]:
    """The value of every declared parameter.

    Args:
        declared: The template's section.
        given: What the caller passes.
        read_ssm: Reads an SSM parameter by name.

    Raises:
        TemplateRefused: One has no value, a value that is not allowed, or is not declared.
    """
    for name in given:
        if name not in declared:
            raise TemplateRefused(name, type="Parameter", reason="is given, but the template does not declare it")
    return {name: _value(name, body, given=given, read_ssm=read_ssm) for name, body in declared.items()}


def _value(name: str, body: Mapping[str, Any], *, given: Mapping[str, str], read_ssm: ReadSsm) -> Any:
    value = given.get(name, body.get("Default"))
    if value is None:
        raise TemplateRefused(name, type="Parameter", reason="has no value and no default")
    allowed = body.get("AllowedValues")
    if allowed and str(value) not in map(str, allowed):
        raise TemplateRefused(name, type="Parameter", reason=f"{value} is not one of {', '.join(map(str, allowed))}")
    pattern = body.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, str(value)):
        raise TemplateRefused(name, type="Parameter", reason=f"{value} does not match {pattern}")
    type = body.get("Type", "String")
    if type.startswith("AWS::SSM::Parameter::Value"):
        value = read_ssm(str(value))
    return str(value).split(",") if "List" in type else value
