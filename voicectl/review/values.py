"""A template's value in one line, and the resource that it means: what CloudFormation would make of it, nearly."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from voicectl.review.templates import Assembly, StackTemplate

ACCOUNT = "ACCOUNT"
OUTPUT = "Fn::GetStackOutput"


class Place(NamedTuple):
    """A resource of one stack."""

    stack: str
    logical_id: str


def text_of(value: Any, *, stack: StackTemplate, assembly: Assembly) -> str:
    """Answer the text; what only AWS knows becomes the name of who knows it, such as `Key961B73FD.Arn`."""
    if isinstance(value, list):
        return ", ".join(text_of(part, stack=stack, assembly=assembly) for part in value)
    if not isinstance(value, dict):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if len(value) == 1:
        [(function, argument)] = value.items()
        if function in ("Ref", "Fn::GetAtt"):
            return _name(argument, stack)
        if function == OUTPUT:
            return _output(argument, assembly)
        if function == "Fn::Join":
            parts = argument[1] if isinstance(argument[1], list) else [argument[1]]
            return str(argument[0]).join(text_of(part, stack=stack, assembly=assembly) for part in parts)
        if function == "Fn::Sub" and isinstance(argument, str):
            return re.sub(r"\$\{([^}]+)\}", lambda found: _name(found[1], stack), argument)
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def place_of(value: Any, *, stack: StackTemplate, assembly: Assembly) -> Place | None:
    """Answer the resource that a reference means, in whichever stack it is."""
    if not isinstance(value, dict):
        return None
    if OUTPUT in value:
        owner = assembly.by_name.get(value[OUTPUT]["StackName"])
        output = owner.template.get("Outputs", {}).get(value[OUTPUT]["OutputName"]) if owner else None
        return place_of(output["Value"], stack=owner, assembly=assembly) if owner and output else None
    target = value.get("Ref") or (value.get("Fn::GetAtt") or [None])[0]
    return Place(stack.name, target) if target in stack.template.get("Resources", {}) else None


def places_in(value: Any, *, stack: StackTemplate, assembly: Assembly) -> Iterator[Place]:
    """Yield every resource that is meant anywhere in a value."""
    if isinstance(value, dict):
        found = place_of(value, stack=stack, assembly=assembly)
        if found:
            yield found
            return
        for part in value.values():
            yield from places_in(part, stack=stack, assembly=assembly)
    elif isinstance(value, list):
        for part in value:
            yield from places_in(part, stack=stack, assembly=assembly)


def _name(argument: Any, stack: StackTemplate) -> str:
    known = {
        "AWS::AccountId": ACCOUNT,
        "AWS::Partition": "aws",
        "AWS::Region": stack.region,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": "amazonaws.com",
    }
    name = ".".join(argument) if isinstance(argument, list) else str(argument)
    return known.get(name, name)


def _output(reference: dict[str, Any], assembly: Assembly) -> str:
    owner = assembly.by_name.get(reference["StackName"])
    output = owner.template.get("Outputs", {}).get(reference["OutputName"]) if owner else None
    return text_of(output["Value"], stack=owner, assembly=assembly) if owner and output else reference["OutputName"]
