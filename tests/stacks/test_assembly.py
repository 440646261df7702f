"""The assembly can be deployed as it is: in an order, without a look at any account."""

from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Any

from tests.synthesis import Synthesis
from voicectl.review.templates import Assembly


def test_no_two_stacks_need_each_other(synthesis: Synthesis) -> None:
    """CDK stops at a cycle of references, but not at one that its declared dependencies close."""
    needs = {name: declared | _referenced(synthesis, name) for name, declared in _declared(synthesis).items()}

    order = list(TopologicalSorter(needs).static_order())

    assert sorted(order) == sorted(stack.name for stack in synthesis.assembly.stacks)


def test_every_reference_to_another_stack_is_a_declared_dependency(synthesis: Synthesis) -> None:
    """A value that is read from a stack which is deployed later is not there."""
    declared = _declared(synthesis)
    undeclared = {name: _referenced(synthesis, name) - _reachable(declared, name) for name in declared}

    assert {name: missing for name, missing in undeclared.items() if missing} == {}


def test_every_value_that_is_read_from_another_stack_is_one_of_its_outputs(assembly: Assembly) -> None:
    """An output that nobody makes fails in the middle of a deployment."""
    outputs = {(stack.name, name) for stack in assembly.stacks for name in stack.template.get("Outputs", {})}
    read = {
        (reference["StackName"], reference["OutputName"])
        for stack in assembly.stacks
        for reference in _references(stack.template)
    }

    assert read
    assert read <= outputs


def test_nothing_waits_to_be_looked_up(synthesis: Synthesis) -> None:
    """A lookup needs credentials, and its answer changes behind the reviewer's back."""
    assert "missing" not in synthesis.manifest


def test_every_stack_fits_into_cloudformation(assembly: Assembly) -> None:
    """500 resources, 200 outputs and parameters, 1 MB of text (CloudFormation's quotas, read 2026-10)."""
    for stack in assembly.stacks:
        assert len(stack.template["Resources"]) <= 500, stack.name
        assert len(stack.template.get("Outputs", {})) <= 200, stack.name
        assert len(str(stack.template)) < 1_000_000, stack.name


def _declared(synthesis: Synthesis) -> dict[str, set[str]]:
    stacks = {
        id_: artifact
        for id_, artifact in synthesis.manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    names = {id_: artifact["properties"].get("stackName", id_) for id_, artifact in stacks.items()}
    return {
        names[id_]: {names[each] for each in artifact.get("dependencies", []) if each in names}
        for id_, artifact in stacks.items()
    }


def _reachable(declared: dict[str, set[str]], name: str) -> set[str]:
    """Answer what a stack waits for, and what that waits for."""
    direct = declared[name]
    return direct.union(*(_reachable(declared, each) for each in direct))


def _referenced(synthesis: Synthesis, name: str) -> set[str]:
    stack = next(each for each in synthesis.assembly.stacks if each.name == name)
    return {str(reference["StackName"]) for reference in _references(stack.template)}


def _references(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "Fn::GetStackOutput" in value:
            yield value["Fn::GetStackOutput"]
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)
