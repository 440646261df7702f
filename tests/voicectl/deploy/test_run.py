"""What the CDK CLI is told, and what is written down before it is told anything."""

import pytest

from config.load import load
from tests.synthesis import Syntheses, Synthesis
from tests.voicectl.deploy.account import Fleet
from voicectl.deploy.record import read_before
from voicectl.deploy.run import BEGUN, OUT, begin, deploy_arguments
from voicectl.deploy.step import Step

FOUNDATIONS = ["voiceplane-prod-network", "voiceplane-prod-delivery", "voiceplane-prod-data"]
SERVICES = [
    "voiceplane-prod-media",
    "voiceplane-prod-agents",
    "voiceplane-prod-control-plane",
    "voiceplane-prod-frontend",
    "voiceplane-prod-operations",
]
OPTIONS = ["--app", str(OUT), "--require-approval", "never", "--progress", "events"]


@pytest.mark.parametrize(
    ("step", "stacks"), [(Step.FOUNDATIONS, FOUNDATIONS), (Step.SERVICES, [*FOUNDATIONS, *SERVICES])]
)
def test_the_cdk_is_told_exactly_this(prod: Synthesis, step: Step, stacks: list[str]) -> None:
    """Each stack by name, from the assembly that was checked; without `--force`, unchanged stacks are left alone."""
    assert deploy_arguments(prod.assembly, step=step) == ["deploy", *stacks, *OPTIONS]


@pytest.mark.xdist_group("cli")  # of those who use this copy's own cdk.out
def test_what_runs_is_written_down_before_anything_changes(fleet: Fleet) -> None:
    """Afterwards nothing says which of many revisions it was."""
    OUT.mkdir(exist_ok=True)
    BEGUN.unlink(missing_ok=True)

    begin("prod")

    assert BEGUN.read_text() == "prod\n"  # by which a pipeline sees that there is something to undo
    BEGUN.unlink()
    before = read_before(load("prod"))
    assert (before.found or {})["us-east-1"]["agents/agent"] == fleet.told("agents/agent").rpartition("/")[2]
    assert len(before.commit) == 40


def test_a_new_agent_rolls_the_agents_and_nothing_else(syntheses: Syntheses) -> None:
    """LiveKit's nodes have callers on them: their stack's template is the same to the letter."""
    old, new = (_with_agent(syntheses, tag) for tag in ("sha-" + "1" * 40, "sha-" + "2" * 40))

    changed = {
        (was.name, logical_id)
        for was, now in zip(old.assembly.stacks, new.assembly.stacks, strict=True)
        for logical_id in was.template["Resources"].keys() | now.template["Resources"].keys()
        if was.template["Resources"].get(logical_id) != now.template["Resources"].get(logical_id)
    }

    [(stack, logical_id)] = changed
    assert stack == "voiceplane-dev-agents"
    [agents] = [each for each in new.assembly.stacks if each.name == stack]
    assert agents.template["Resources"][logical_id]["Type"] == "AWS::ECS::TaskDefinition"


def _with_agent(syntheses: Syntheses, tag: str) -> Synthesis:
    dev = load("dev")
    delivery = dev.delivery.model_copy(update={"image_tags": {"agent": tag}})
    return syntheses.unreviewed(f"dev-{tag[:6]}", lambda: dev.model_copy(update={"delivery": delivery}))
