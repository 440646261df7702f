"""Every value of every type of resource is altered once: only those that are listed here may keep the tick."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from tests.synthesis import Synthesis
from voicectl.review.change.compare import Kind, differences_of
from voicectl.review.change.consequences import Harm, consequence_of
from voicectl.review.change.leaves import is_function
from voicectl.review.change.ordinary import WORDS
from voicectl.review.change.unjudged import unjudged_of
from voicectl.review.change.weakenings import weakenings_of
from voicectl.review.templates import Assembly, StackTemplate

UNREADABLE: Final = ("NetworkMode", "TaskDefinition", "Schedule", "ComparisonOperator", "Statistic", "DashboardBody")
SAFER_WHEN_HIGHER: Final = {
    "BackupRetentionPeriod",
    "MaxCapacity",
    "MinCapacity",
    "MinimumHealthyPercent",
    "NoncurrentDays",
    "ReplicasPerNodeGroup",
    "RetentionInDays",
    "SnapshotRetentionLimit",
    "StopTimeout",
    "Cpu",
    "Memory",
    "MaxSize",
    "MinSize",
    "ExpirationInDays",
    "deregistration_delay",
}
SAFER_WHEN_LOWER: Final = {
    "ActionsSuppressorExtensionPeriod",
    "ActionsSuppressorWaitPeriod",
    "Amount",
    "DatapointsToAlarm",
    "EvaluationPeriods",
    "Period",
    "TargetValue",
    "Threshold",
}
NO_CONCERN: Final = "AWS::CloudWatch::Dashboard"
Path = tuple[str | int, ...]


def values_in(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every smallest value with the way to it."""
    if isinstance(value, dict) and not is_function(value):
        for key, part in value.items():
            yield from values_in(part, (*path, key))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from values_in(part, (*path, place))
    else:
        yield path, value


def altered(value: Any) -> list[Any]:
    """Other values of the same kind."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1, value - 1]
    if value in ("true", "false"):
        return ["false" if value == "true" else "true"]
    if isinstance(value, str):
        return [str(int(value) + 1), str(int(value) - 1)] if value.isdigit() else [f"other{value}"]
    return [{"Ref": "Other"}]


def put_at(entry: Any, path: Path, value: Any) -> Any:
    """Answer a copy with one value altered."""
    result = copy.deepcopy(entry)
    inside = result["Properties"]
    for part in path[:-1]:
        inside = inside[part]
    inside[path[-1]] = value
    return result


def is_seen(stack: StackTemplate, *, resource: str, entry: Any) -> bool:
    """Whether the page says anything of one resource that is altered, or gone without an entry."""
    resources = {id_: each for id_, each in stack.template["Resources"].items() if id_ != resource}
    resources |= {resource: entry} if entry else {}
    before = Assembly((stack,))
    after = Assembly((replace(stack, template={**stack.template, "Resources": resources}),))
    found = differences_of(after, before)
    weaker = weakenings_of(after, before, differences=found)
    gone = (Kind.REPLACED, Kind.REMOVED)
    lost = [each for each in found if each.kind in gone and consequence_of(each).harm is not Harm.NONE]
    return bool(weaker or lost or unjudged_of(after, before, differences=found, weaker=weaker))


def may_be_quiet(type_: str, path: Path, was: Any, now: Any) -> bool:
    """Words about a resource, and a bound that is tighter."""
    if type_ == NO_CONCERN or any(part in WORDS for part in path):
        return True
    if type_.endswith("::LoadBalancer") and now == "true":  # deletion protection, which is its first attribute
        return True
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    if not isinstance(was, int | float) and not (isinstance(was, str) and was.isdigit()):
        return False
    is_delay = type_.endswith("::TargetGroup") and name == "Value"
    return (is_delay or name in SAFER_WHEN_HIGHER) if float(now) > float(was) else name in SAFER_WHEN_LOWER


@pytest.mark.xdist_group("prod")
def test_no_value_is_altered_unseen(prod: Synthesis) -> None:
    """A rule that is forgotten is a line to look at, and never a tick."""
    known: set[tuple[str, ...]] = set()
    unseen = []
    for stack, resource in prod.assembly.resources():
        for path, value in values_in(resource.properties):
            kind = (resource.type, *(str(part) for part in path if isinstance(part, str)))
            if kind in known or path[-1] in UNREADABLE:
                continue
            known.add(kind)
            for other in altered(value):
                entry = put_at(resource.entry, path, other)
                if not is_seen(stack, resource=resource.logical_id, entry=entry):
                    unseen += [(kind, value, other)] * (not may_be_quiet(resource.type, path, value, other))

    assert len(known) > 450
    assert unseen == []


@pytest.mark.xdist_group("prod")
def test_no_type_is_removed_unseen(prod: Synthesis) -> None:
    """One of each; what others name in the template goes with it in CloudFormation's eyes alone."""
    leaves = {resource.type: (stack, resource.logical_id) for stack, resource in prod.assembly.resources()}
    needed = ("AWS::ECS::TaskDefinition", "AWS::EC2::LaunchTemplate", NO_CONCERN)

    unseen = [
        type_
        for type_, (stack, id_) in leaves.items()
        if type_ not in needed and not is_seen(stack, resource=id_, entry=None)
    ]

    assert unseen == []
