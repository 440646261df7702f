"""CloudFormation's functions: `Ref`, `Fn::Sub`, `Fn::GetStackOutput` and their kin, resolved to plain values."""

import base64
import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any, Protocol

from tests.fakes.cloudformation.errors import ResourceRefused

NO_VALUE: Any = object()
PLACEHOLDER = re.compile(r"\$\{(!?)([^}]+)\}")


class Scope(Protocol):
    """What the functions look things up in: one stack that is being deployed."""

    def ref(self, name: str) -> Any:
        """The value of a parameter, a pseudo parameter or a resource."""

    def attribute(self, logical_id: str, name: str) -> Any:
        """An attribute of a resource that exists by now."""

    def condition(self, name: str) -> bool:
        """Whether a condition of the template holds."""

    def mapping(self, name: str) -> dict[str, Any]:
        """A mapping of the template."""

    def zones(self, region: str) -> list[str]:
        """The availability zones of a region."""

    def imported(self, export: str) -> str:
        """The value another stack exports under this name."""

    def stack_output(self, stack: str, output: str, region: str) -> str:
        """The output of another stack, in any region."""


def resolve(value: Any, scope: Scope) -> Any:
    """A template value with every function carried out.

    Raises:
        ResourceRefused: A reference leads nowhere, or a function is not known.
    """
    if isinstance(value, list):
        return [held for item in value if (held := resolve(item, scope)) is not NO_VALUE]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, argument = next(iter(value.items()))
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](argument, scope)
        if name.startswith("Fn::"):
            raise ResourceRefused(f"{name} is no function that CloudFormation, or this fake, knows")
    return {key: held for key, item in value.items() if (held := resolve(item, scope)) is not NO_VALUE}


def holds(condition: Any, scope: Scope) -> bool:
    """Whether a condition, or an assertion of a rule, is true."""
    if isinstance(condition, bool):
        return condition
    name, argument = next(iter(condition.items()))
    return bool(_CONDITIONS[name](argument, scope))


def _ref(argument: str, scope: Scope) -> Any:
    return NO_VALUE if argument == "AWS::NoValue" else scope.ref(argument)


def _get_att(argument: Any, scope: Scope) -> Any:
    logical_id, _, name = argument.partition(".") if isinstance(argument, str) else (argument[0], ".", argument[1])
    return scope.attribute(logical_id, resolve(name, scope))


def _sub(argument: Any, scope: Scope) -> str:
    text, given = argument if isinstance(argument, list) else (argument, {})
    known = resolve(given, scope)

    def fill(match: re.Match[str]) -> str:
        literal, name = match[1], match[2].strip()
        if literal:
            return "${" + name + "}"
        if name in known:
            return str(known[name])
        return str(_get_att(name, scope) if "." in name else scope.ref(name))

    return PLACEHOLDER.sub(fill, text)


def _join(argument: Any, scope: Scope) -> str:
    separator, parts = argument
    items = resolve(parts, scope)
    if not isinstance(items, list) or any(isinstance(item, (dict, list)) for item in items):
        raise ResourceRefused(f"Fn::Join needs a list of strings, not {items!r}")
    return str(separator).join(_text(item) for item in items)


def _text(item: Any) -> str:
    return str(item).lower() if isinstance(item, bool) else str(item)


def _split(argument: Any, scope: Scope) -> list[str]:
    return str(resolve(argument[1], scope)).split(argument[0])


def _select(argument: Any, scope: Scope) -> Any:
    index, items = int(resolve(argument[0], scope)), resolve(argument[1], scope)
    if not 0 <= index < len(items):
        raise ResourceRefused(f"Fn::Select cannot select {index} of {len(items)} items")
    return items[index]


def _if(argument: Any, scope: Scope) -> Any:
    name, then, otherwise = argument
    return resolve(then if scope.condition(name) else otherwise, scope)


def _find_in_map(argument: Any, scope: Scope) -> Any:
    name, first, second = (resolve(part, scope) for part in argument[:3])
    try:
        return scope.mapping(name)[first][second]
    except KeyError:
        raise ResourceRefused(f"Fn::FindInMap finds no {name}.{first}.{second}") from None


def _get_azs(argument: Any, scope: Scope) -> list[str]:
    return scope.zones(resolve(argument, scope) or scope.ref("AWS::Region"))


def _base64(argument: Any, scope: Scope) -> str:
    return base64.b64encode(str(resolve(argument, scope)).encode()).decode()


def _cidr(argument: Any, scope: Scope) -> list[str]:
    block, count, bits = (resolve(part, scope) for part in [*argument, 8][:3])
    network = ipaddress.ip_network(block)
    blocks = network.subnets(new_prefix=network.max_prefixlen - int(bits))
    return [str(next(blocks)) for _ in range(int(count))]


def _import_value(argument: Any, scope: Scope) -> str:
    return scope.imported(resolve(argument, scope))


def _get_stack_output(argument: dict[str, Any], scope: Scope) -> str:
    given = resolve(argument, scope)
    return scope.stack_output(given["StackName"], given["OutputName"], given.get("Region") or scope.ref("AWS::Region"))


def _equals(argument: Any, scope: Scope) -> bool:
    left, right = (resolve(side, scope) for side in argument)
    return _text(left) == _text(right)


def _contains(argument: Any, scope: Scope) -> bool:
    return resolve(argument[1], scope) in resolve(argument[0], scope)


_FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::If": _if,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _get_azs,
    "Fn::Base64": _base64,
    "Fn::Cidr": _cidr,
    "Fn::Length": lambda argument, scope: len(resolve(argument, scope)),
    "Fn::ToJsonString": lambda argument, scope: json.dumps(resolve(argument, scope)),
    "Fn::ImportValue": _import_value,
    "Fn::GetStackOutput": _get_stack_output,
}

_CONDITIONS: dict[str, Callable[[Any, Scope], bool]] = {
    "Fn::Equals": _equals,
    "Fn::Contains": _contains,
    "Fn::Not": lambda argument, scope: not holds(argument[0], scope),
    "Fn::And": lambda argument, scope: all(holds(part, scope) for part in argument),
    "Fn::Or": lambda argument, scope: any(holds(part, scope) for part in argument),
    "Condition": lambda argument, scope: scope.condition(argument),
}
