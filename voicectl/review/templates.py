"""A cloud assembly as a reviewer reads it: the templates of each stack, in the order of deployment."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Properties = dict[str, Any]


class AssemblyUnreadable(Exception):
    """There is no cloud assembly where one was asked for; catch it to say which command makes one."""


@dataclass(frozen=True)
class Resource:
    """One resource of a template."""

    stack: str
    logical_id: str
    type: str
    properties: Properties


@dataclass(frozen=True)
class StackTemplate:
    """One stack: its name, region and template."""

    name: str
    region: str
    template: dict[str, Any]

    def of_type(self, type_: str) -> Iterator[Resource]:
        """Yield its resources of a CloudFormation type."""
        for logical_id, resource in self.template.get("Resources", {}).items():
            if resource["Type"] == type_:
                yield Resource(self.name, logical_id, type_, resource.get("Properties", {}))

    def properties_of(self, reference: Any) -> Properties:
        """Follow a Ref or GetAtt to the properties of a resource in the same stack; empty for anything else."""
        target = reference_of(reference)
        return dict(self.template["Resources"].get(target, {}).get("Properties", {})) if target else {}


@dataclass(frozen=True)
class Assembly:
    """All stacks of one environment."""

    stacks: tuple[StackTemplate, ...]

    def of_type(self, type_: str) -> Iterator[tuple[StackTemplate, Resource]]:
        """Yield the resources of a type with their stacks."""
        for stack in self.stacks:
            for resource in stack.of_type(type_):
                yield stack, resource

    @property
    def resource_count(self) -> int:
        """How many resources CloudFormation would hold."""
        return sum(len(stack.template.get("Resources", {})) for stack in self.stacks)


def read_assembly(folder: Path) -> Assembly:
    """Read a `cdk.out`.

    Raises:
        AssemblyUnreadable: The folder holds no assembly.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
    except (FileNotFoundError, NotADirectoryError):
        raise AssemblyUnreadable(f"{folder} holds no cloud assembly; run `make synth` first") from None
    artifacts = manifest.get("artifacts", {})
    return Assembly(
        tuple(
            StackTemplate(
                name=artifact["properties"].get("stackName", id_),
                region=artifact["environment"].rpartition("/")[2],
                template=json.loads((folder / artifact["properties"]["templateFile"]).read_text()),
            )
            for id_, artifact in artifacts.items()
            if artifact["type"] == "aws:cloudformation:stack"
        )
    )


def reference_of(value: Any) -> str | None:
    """The logical id that a Ref or GetAtt names."""
    if not isinstance(value, dict):
        return None
    if "Ref" in value:
        return str(value["Ref"])
    attribute = value.get("Fn::GetAtt")
    return str(attribute[0]) if attribute else None
