"""What CloudFormation would make of a template's values, as far as tests ask: plausible text, and who is meant."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from voicectl.review.templates import Assembly, StackTemplate

ACCOUNT = "123456789012"
LITERAL_KEYS = ("Ref", "Fn::GetAtt", "Fn::GetStackOutput")  # what they hold is a name, not a value


class Place(NamedTuple):
    """A resource of one stack."""

    stack: str
    logical_id: str


class Values:
    """Reads the values of one assembly."""

    def __init__(self, assembly: Assembly) -> None:
        """Read those of these stacks."""
        self._stacks = {stack.name: stack for stack in assembly.stacks}

    def text(self, value: Any, *, stack: StackTemplate) -> str:
        """Answer the text; what only AWS knows becomes a name of the right shape, such as `stack.Id.Attribute`."""
        if not isinstance(value, dict):
            return str(value)
        [(function, argument)] = value.items()
        if function == "Ref":
            return self._reference(argument, stack)
        if function == "Fn::GetAtt":
            return ".".join([stack.name, *argument])
        if function == "Fn::GetStackOutput":
            owner = self._stacks[argument["StackName"]]
            return self.text(self._output(argument), stack=owner)
        if function == "Fn::Join":
            return str(argument[0]).join(self.text(part, stack=stack) for part in argument[1])
        if function == "Fn::Sub":
            return re.sub(r"\$\{([^}]+)\}", lambda name: self._reference(name[1], stack), argument)
        if function == "Fn::Select":
            return self._list(argument[1], stack)[int(argument[0])]
        raise AssertionError(f"tests cannot read {function} yet: teach tests/stacks/values.py")

    def place(self, value: Any, *, stack: StackTemplate) -> Place:
        """Answer the resource that a reference means, in whichever stack it is."""
        if "Fn::GetStackOutput" in value:
            output = value["Fn::GetStackOutput"]
            return self.place(self._output(output), stack=self._stacks[output["StackName"]])
        return Place(stack.name, value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0])

    def properties(self, place: Place) -> dict[str, Any]:
        """Answer a resource's properties."""
        return dict(self._stacks[place.stack].template["Resources"][place.logical_id].get("Properties", {}))

    def _output(self, reference: dict[str, Any]) -> Any:
        return self._stacks[reference["StackName"]].template["Outputs"][reference["OutputName"]]["Value"]

    def _reference(self, name: str, stack: StackTemplate) -> str:
        pseudo = {
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::Region": stack.region,
            "AWS::StackName": stack.name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        return pseudo.get(name) or f"{stack.name}.{name}"

    def _list(self, value: Any, stack: StackTemplate) -> list[str]:
        if "Fn::Split" in value:
            separator, text = value["Fn::Split"]
            return self.text(text, stack=stack).split(separator)
        assert "Fn::GetAZs" in value, f"tests cannot read {value} as a list"
        return [f"{stack.region}{letter}" for letter in "abc"]


def literals(value: Any) -> Iterator[str]:
    """Yield the text that stands in the template itself, without what AWS fills in."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from literals(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in LITERAL_KEYS:
                yield from literals(part)
