"""Templates in which something was changed: what a mistake, or somebody in a hurry, leaves behind."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tests.synthesis import Synthesis
from voicectl.golive.answer import Place
from voicectl.golive.items import ITEMS
from voicectl.review.templates import Assembly

NOW: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
NO_DRILLS: Final = Path("config", "drills", "nobody.toml")
ELSEWHERE: Final = (".account", ".drills")  # what is not looked for in templates
TEMPLATES_ONLY: Final = [item.name for item in ITEMS if item.look and not item.look.__module__.endswith(ELSEWHERE)]

Resource = dict[str, Any]
Change = Callable[[str, Resource], None]


def place_of(synthesis: Synthesis, change: Change | None = None, *, drills: Path = NO_DRILLS) -> Place:
    """An environment, with every resource passed to `change` first; nothing was rehearsed of it."""
    stacks = []
    for stack in synthesis.assembly.stacks:
        template = json.loads(json.dumps(stack.template))
        for resource in template["Resources"].values():
            if change:
                change(resource["Type"], resource)
        stacks.append(replace(stack, template=template))
    return Place("prod", synthesis.environment, Assembly(tuple(stacks)), drills, NOW)


def of(type_: str, **properties: Any) -> Change:
    """Set properties of every resource of a type."""

    def change(found: str, resource: Resource) -> None:
        if found == type_:
            resource["Properties"].update(properties)

    return change


def unset(type_: str, field: str) -> Change:
    """Take a field of every resource of a type away."""

    def change(found: str, resource: Resource) -> None:
        if found == type_:
            resource.pop(field, None)
            resource.get("Properties", {}).pop(field, None)

    return change


def entry(type_: str, **fields: Any) -> Change:
    """Set what stands beside the properties, such as a policy."""

    def change(found: str, resource: Resource) -> None:
        if found == type_:
            resource.update(fields)

    return change


def gone(type_: str) -> Change:
    """Turn every resource of a type into something else."""

    def change(found: str, resource: Resource) -> None:
        if found == type_:
            resource["Type"] = "AWS::CloudFormation::WaitConditionHandle"

    return change


def inside(type_: str, edit: Callable[[Any], Any], *, where: tuple[str, str] = ("", "")) -> Change:
    """Edit the properties of a type's resources.

    Args:
        where: A property and how its value must end; all resources of the type unless it is given.
    """
    key, ending = where

    def change(found: str, resource: Resource) -> None:
        if found == type_ and (not key or str(resource["Properties"].get(key, "")).endswith(ending)):
            edit(resource["Properties"])

    return change


def variable(name: str, value: Any) -> Change:
    """Give every first container one more variable."""
    return inside(
        "AWS::ECS::TaskDefinition",
        lambda task: (
            task["ContainerDefinitions"][0].setdefault("Environment", []).append({"Name": name, "Value": value})
        ),
    )


def rule(**properties: Any) -> Change:
    """Change each rule of each bucket; what is None is taken away."""

    def edit(bucket: Resource) -> None:
        for each in bucket["LifecycleConfiguration"]["Rules"]:
            each.update(properties)
            for key in [key for key, value in each.items() if value is None]:
                del each[key]

    return inside("AWS::S3::Bucket", edit)


def told(**properties: Any) -> Change:
    """Change each notification of each budget."""

    def edit(budget: Resource) -> None:
        for each in budget["NotificationsWithSubscribers"]:
            each["Notification"].update(properties)

    return inside("AWS::Budgets::Budget", edit)
