"""A cloud assembly as a reviewer reads it: the templates of each stack, in the order of deployment."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from voicectl.review.errors import AssemblyUnreadable

__all__ = ["Assembly", "AssemblyUnreadable", "Properties", "Resource", "StackTemplate", "read_assembly", "reference_of"]

ENVIRONMENT_TAG = "voiceplane:environment"
Properties = dict[str, Any]


@dataclass(frozen=True)
class Resource:
    """One resource of a template.

    Attributes:
        entry: All that the template says of it, policies too.
        path: Its construct's, `voiceplane-prod-data/Database/Primary/Resource`.
    """

    stack: str
    logical_id: str
    type: str
    properties: Properties
    entry: Properties = field(default_factory=dict)
    path: str = ""

    @property
    def construct(self) -> str:
        """The part of its path that people know: `Database/Primary`."""
        return self.path.partition("/")[2].removesuffix("/Resource") or self.logical_id


@dataclass(frozen=True)
class StackTemplate:
    """One stack: its name, region and template.

    Attributes:
        tags: Of the stack; ours names its environment.
        protected: Whether CloudFormation refuses to delete it.
        paths: Of the construct of each logical id.
    """

    name: str
    region: str
    template: dict[str, Any]
    tags: Mapping[str, str] = field(default_factory=dict)
    protected: bool = False
    paths: Mapping[str, str] = field(default_factory=dict)

    def resources(self) -> Iterator[Resource]:
        """Yield every resource."""
        for logical_id, entry in self.template.get("Resources", {}).items():
            path = self.paths.get(logical_id, f"{self.name}/{logical_id}")
            yield Resource(self.name, logical_id, entry["Type"], entry.get("Properties", {}), entry, path)

    def of_type(self, type_: str) -> Iterator[Resource]:
        """Yield its resources of a CloudFormation type."""
        return (resource for resource in self.resources() if resource.type == type_)

    def properties_of(self, reference: Any) -> Properties:
        """Follow a Ref or GetAtt to the properties of a resource in the same stack; empty for anything else."""
        target = reference_of(reference)
        return dict(self.template["Resources"].get(target, {}).get("Properties", {})) if target else {}


@dataclass(frozen=True)
class Assembly:
    """All stacks of one environment.

    Attributes:
        folder: Where its files are, such as what the reviewers said.
    """

    stacks: tuple[StackTemplate, ...]
    folder: Path | None = None

    def resources(self) -> Iterator[tuple[StackTemplate, Resource]]:
        """Yield every resource with its stack."""
        for stack in self.stacks:
            for resource in stack.resources():
                yield stack, resource

    def of_type(self, type_: str) -> Iterator[tuple[StackTemplate, Resource]]:
        """Yield the resources of a type with their stacks."""
        return ((stack, resource) for stack, resource in self.resources() if resource.type == type_)

    @property
    def resource_count(self) -> int:
        """How many resources CloudFormation would hold."""
        return sum(len(stack.template.get("Resources", {})) for stack in self.stacks)

    @cached_property
    def environment(self) -> str:
        """The environment's name, from its stacks' tags; empty if none has it."""
        return next((stack.tags[ENVIRONMENT_TAG] for stack in self.stacks if ENVIRONMENT_TAG in stack.tags), "")

    @cached_property
    def by_name(self) -> dict[str, StackTemplate]:
        """Its stacks by their names."""
        return {stack.name: stack for stack in self.stacks}


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
                tags=artifact["properties"].get("tags", {}),
                protected=artifact["properties"].get("terminationProtection", False),
                paths=_paths(folder, artifact),
            )
            for id_, artifact in artifacts.items()
            if artifact["type"] == "aws:cloudformation:stack"
        ),
        folder,
    )


def _paths(folder: Path, artifact: Properties) -> dict[str, str]:
    """The template has them only if the CDK CLI asked; the metadata beside it always does."""
    beside = artifact.get("additionalMetadataFile")
    metadata = json.loads((folder / beside).read_text()) if beside else artifact.get("metadata", {})
    return {
        str(entry["data"]): path.removeprefix("/")
        for path, entries in metadata.items()
        for entry in entries
        if entry["type"] == "aws:cdk:logicalId"
    }


def reference_of(value: Any) -> str | None:
    """The logical id that a Ref or GetAtt names."""
    if not isinstance(value, dict):
        return None
    if "Ref" in value:
        return str(value["Ref"])
    attribute = value.get("Fn::GetAtt")
    return str(attribute[0]) if attribute else None
