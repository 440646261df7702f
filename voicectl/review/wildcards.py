"""Permissions with a wildcard, each with the reason that was acknowledged for it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from voicectl.review.templates import Assembly, Resource, StackTemplate
from voicectl.review.values import ACCOUNT, text_of

REPORT = "validation-report.json"
NOBODY = "nobody acknowledged it"
UNKNOWN = "the reviewers' report is not beside these templates"
HOLDERS = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::IAM::Group", "AWS::IAM::User")
BROAD = (
    "AdministratorAccess",
    "PowerUserAccess",
    "FullAccess",
    "ReadWrite",
)  # AWS's own policies that allow whole services
WHOLE_SERVICES = "IAM5[Action::{action}]"
RESOURCES = "IAM5[Resource::{resource}]"


@dataclass(frozen=True, order=True)
class Wildcard:
    """One statement's actions on one resource, one of them with a `*` or a `?`.

    Attributes:
        who: The role's construct, such as `Agent/Definition/Task/TaskRole`.
        why: As acknowledged beside the construct.
    """

    stack: str
    who: str
    actions: tuple[str, ...]
    resource: str
    why: str
    condition: str
    logical_id: str


def is_wild(text: str) -> bool:
    """Whether IAM takes it for more than one thing; `?` is any one character."""
    return "*" in text or "?" in text


def wildcards_of(assembly: Assembly) -> list[Wildcard]:
    """Every wildcard that a role is allowed, in policies of its own and beside it."""
    reasons = _reasons(assembly.folder)
    return sorted(
        wildcard
        for stack, resource in assembly.resources()
        if resource.type in HOLDERS
        for statement in _statements(resource, stack=stack, assembly=assembly)
        for wildcard in _of_statement(statement, resource, stack=stack, assembly=assembly, reasons=reasons)
    )


def _statements(resource: Resource, *, stack: StackTemplate, assembly: Assembly) -> Iterator[dict[str, Any]]:
    for managed in resource.properties.get("ManagedPolicyArns", []):
        name = text_of(managed, stack=stack, assembly=assembly)
        if name.endswith(BROAD):
            yield {"Effect": "Allow", "Action": "*", "Resource": name}
    documents = [resource.properties.get("PolicyDocument", {})]
    documents += [each["PolicyDocument"] for each in resource.properties.get("Policies", [])]
    for document in documents:
        yield from _many(document.get("Statement", []))


def _of_statement(
    statement: dict[str, Any],
    resource: Resource,
    *,
    stack: StackTemplate,
    assembly: Assembly,
    reasons: "Reasons | None",
) -> Iterator[Wildcard]:
    if statement.get("Effect") != "Allow":
        return
    actions = tuple(_many(statement.get("Action", [])))
    if "NotAction" in statement:
        actions = (f"* but not {', '.join(_many(statement['NotAction']))}",)
    targets = [text_of(value, stack=stack, assembly=assembly) for value in _many(statement.get("Resource", []))]
    if "NotResource" in statement:
        targets = [f"* but not {text_of(statement['NotResource'], stack=stack, assembly=assembly)}"]
    for target in targets:
        broad = [action for action in actions if is_wild(action)]
        if broad or is_wild(target):
            why = _why(resource, broad, target, reasons)
            yield Wildcard(stack.name, _who(resource), actions, target, why, _condition(statement), resource.logical_id)


Reasons = dict[tuple[str, str], str]


def _why(resource: Resource, broad: list[str], target: str, reasons: "Reasons | None") -> str:
    if reasons is None:
        return UNKNOWN
    wanted = [WHOLE_SERVICES.format(action=action) for action in broad]
    if is_wild(target):
        wanted.append(RESOURCES.format(resource=target.replace(ACCOUNT, "<AWS::AccountId>")))
    found = [reasons.get((resource.path, finding), NOBODY) for finding in wanted]
    return NOBODY if NOBODY in found else "; ".join(dict.fromkeys(found))


@lru_cache(maxsize=8)
def _reasons(folder: Path | None) -> Reasons | None:
    """Answer why each finding at each construct was accepted; None when the reviewers left no report."""
    if folder is None or not (folder / REPORT).is_file():
        return None
    report = json.loads((folder / REPORT).read_text())
    return {
        (construct["constructPath"], _short(found["ruleName"])): found["reason"]
        for plugin in report["pluginReports"]
        for found in plugin.get("suppressedViolations", [])
        for construct in found["violatingConstructs"]
    }


def _short(rule: str) -> str:
    return rule.removeprefix("AwsSolutions-").replace("<AWS::Partition>", "aws")


def _who(resource: Resource) -> str:
    return resource.construct.removesuffix("/DefaultPolicy")


def _condition(statement: dict[str, Any]) -> str:
    condition = statement.get("Condition")
    return json.dumps(condition, sort_keys=True, ensure_ascii=False) if condition else ""


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
