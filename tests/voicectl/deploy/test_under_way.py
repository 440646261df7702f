"""Nobody moves services that CloudFormation is moving: the stacks themselves are asked, and no lock of ours."""

import json

import boto3
import pytest
from moto.cloudformation.models import cloudformation_backends
from typer.testing import CliRunner

from tests.voicectl.deploy.account import Fleet
from tests.voicectl.deploy.test_rollback import deploy
from voicectl.command_line import app

DATA = "voiceplane-prod-data"
EMPTY = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})


def rollback(*words: str) -> tuple[int, str]:
    """As a person types it."""
    ended = CliRunner().invoke(app, ["rollback", "--env", "prod", *words])
    return ended.exit_code, ended.output


def stack_in(state: str) -> None:
    """The data stack, as CloudFormation would tell of it."""
    identity = boto3.client("cloudformation").create_stack(StackName=DATA, TemplateBody=EMPTY)["StackId"]
    cloudformation_backends["123456789012"]["us-east-1"].stacks[identity].status = state


@pytest.mark.parametrize(
    ("state", "todo"),
    [
        ("UPDATE_IN_PROGRESS", f"aws cloudformation cancel-update-stack --stack-name {DATA} --region us-east-1"),
        ("UPDATE_ROLLBACK_IN_PROGRESS", "come again when it is through\n"),
    ],
)
def test_a_deployment_that_is_under_way_is_named(fleet: Fleet, state: str, todo: str) -> None:
    """Also that of another stack: the CDK deploys one after the other, and would be at the agents next."""
    deploy(fleet, agent="sha-a2")
    stack_in(state)

    code, said = rollback()

    assert code == 2
    assert f"{DATA} {state}" in said
    assert todo in said
    assert fleet.tag("agents/agent") == "sha-a2"
    assert rollback("--dry-run")[0] == 0


@pytest.mark.parametrize(
    "state", ["UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]
)
def test_what_is_through_holds_nobody_up(fleet: Fleet, state: str) -> None:
    """Old resources may be taken away for an hour: agents finish their calls."""
    deploy(fleet, agent="sha-a2")
    stack_in(state)

    assert rollback()[0] == 0
    assert fleet.tag("agents/agent") == "sha-a1"
