"""Who refers to whom in a template: dangling references are refused, and resources are put into an order."""

from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from tests.fakes.cloudformation.errors import TemplateRefused
from tests.fakes.cloudformation.intrinsics import PLACEHOLDER

Template = dict[str, Any]
HasAttribute = Callable[[str, str], str | None]
PSEUDO = frozenset(
    f"AWS::{name}"
    for name in ("AccountId", "Region", "StackId", "StackName", "URLSuffix", "NoValue", "Partition", "NotificationARNs")
)


def check(template: Template, *, attribute_fault: HasAttribute) -> None:
    """Refuse a template in which a name leads nowhere.

    Args:
        template: The whole template.
        attribute_fault: Tells what is wrong with an attribute of a resource type; None when nothing is.

    Raises:
        TemplateRefused: Naming the resource or output at fault.
    """
    known = PSEUDO | template.get("Parameters", {}).keys() | template["Resources"].keys()
    for section, logical_id, type, body in _parts(template):
        for name, attribute in _mentions(body):
            fault = _fault(name, attribute, known=known, template=template, attribute_fault=attribute_fault)
            if fault:
                raise TemplateRefused(logical_id, type=type, reason=fault)
        if section == "Resources":
            _check_condition(logical_id, type, body, template)


def in_order(template: Template) -> list[str]:
    """Logical ids of the resources, each after what it refers to.

    Raises:
        TemplateRefused: Resources refer to each other in a circle.
    """
    resources = template["Resources"]
    graph = {
        logical_id: dict.fromkeys(name for name, _ in _mentions(body) if name in resources and name != logical_id)
        for logical_id, body in resources.items()
    }
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise TemplateRefused(error.args[1][0], type="Resources", reason=f"circular dependency: {circle}") from None


def _parts(template: Template) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for logical_id, body in template["Resources"].items():
        yield "Resources", logical_id, body.get("Type", "no type"), body
    for name, body in template.get("Outputs", {}).items():
        yield "Outputs", name, "Output", body


def _mentions(value: Any, *, top: bool = True) -> Iterator[tuple[str, str | None]]:
    if isinstance(value, list):
        for item in value:
            yield from _mentions(item, top=False)
    if not isinstance(value, dict):
        return
    if top:
        depends = value.get("DependsOn", [])
        yield from ((name, None) for name in ([depends] if isinstance(depends, str) else depends))
    for key, held in value.items():
        if key == "Ref" and isinstance(held, str):
            yield held, None
        elif key == "Fn::GetAtt":
            logical_id, _, attribute = held.partition(".") if isinstance(held, str) else (held[0], ".", held[1])
            yield logical_id, attribute if isinstance(attribute, str) else None
        elif key == "Fn::Sub":
            yield from _placeholders(held)
        elif key not in ("Metadata", "DependsOn") or not top:
            yield from _mentions(held, top=False)


def _placeholders(argument: Any) -> Iterator[tuple[str, str | None]]:
    text, given = argument if isinstance(argument, list) else (argument, {})
    yield from _mentions(given, top=False)
    for literal, placeholder in PLACEHOLDER.findall(text):
        name, _, attribute = placeholder.strip().partition(".")
        if not literal and placeholder.strip() not in given:
            yield name, attribute or None


def _fault(
    name: str, attribute: str | None, *, known: frozenset[str], template: Template, attribute_fault: HasAttribute
) -> str | None:
    if name not in known:
        return f"refers to {name}, which the template does not have"
    if attribute is None:
        return None
    target = template["Resources"].get(name)
    if target is None:
        return f"reads attribute {attribute} of {name}, which is no resource"
    return attribute_fault(target.get("Type", ""), attribute)


def _check_condition(logical_id: str, type: str, body: dict[str, Any], template: Template) -> None:
    condition = body.get("Condition")
    if condition is not None and condition not in template.get("Conditions", {}):
        raise TemplateRefused(
            logical_id, type=type, reason=f"has condition {condition}, which the template does not have"
        )
