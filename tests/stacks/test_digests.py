"""A change of the production templates is seen by whoever reviews it: its digest changes with it."""

import copy
import difflib
from dataclasses import replace

import pytest

from tests.stacks.digest import SNAPSHOTS, digest, snapshot_of
from tests.synthesis import Synthesis
from voicectl.review.templates import StackTemplate

STACKS = ("agents", "control-plane", "data", "delivery", "frontend", "media", "network", "operations")


@pytest.mark.parametrize("name", STACKS)
def test_a_stack_is_as_its_digest_says(prod: Synthesis, name: str) -> None:
    """When the change is intended, `make digests` writes it, and the commit shows it."""
    stack = _stack(prod, name)

    changes = difflib.unified_diff(
        snapshot_of(stack.name).read_text().splitlines(), digest(prod.assembly, stack).splitlines(), "kept", "now", n=0
    )

    assert "\n".join(changes) == ""


def test_no_digest_is_left_over() -> None:
    """A stack that is gone takes its digest with it."""
    assert sorted(file.stem for file in SNAPSHOTS.glob("*.digest")) == [f"voiceplane-prod-{name}" for name in STACKS]


@pytest.mark.parametrize(
    ("name", "logical_id", "property_", "value"),
    [
        ("data", "DatabasePrimaryEDE0B3D0", "MultiAZ", False),
        ("data", "DatabasePrimaryEDE0B3D0", "BackupRetentionPeriod", 0),
        ("control-plane", "ApiServiceScalingTarget93FB9874", "MinCapacity", 1),
        ("network", "NetworkFlowLogs2BEC3212", "RetentionInDays", 1),
    ],
)
def test_a_dangerous_change_is_seen(prod: Synthesis, name: str, logical_id: str, property_: str, value: object) -> None:
    """The digest must show what may cost money, data or safety."""
    stack = _stack(prod, name)
    template = copy.deepcopy(stack.template)
    template["Resources"][logical_id]["Properties"][property_] = value

    changed = digest(prod.assembly, replace(stack, template=template))

    assert changed != digest(prod.assembly, stack)


def _stack(prod: Synthesis, name: str) -> StackTemplate:
    return next(stack for stack in prod.assembly.stacks if stack.name == f"voiceplane-prod-{name}")
