"""A release that went back is deployed when it is deployed again, and nobody calls another one good in its place."""

import json

import boto3
import pytest

from config.load import load
from tests.voicectl.deploy.account import REGISTRY, Fleet
from voicectl.deploy.errors import NotReleased
from voicectl.deploy.strayed import refuse_strayed, settle, strayed

PROD = load("prod")


def silent(_: object) -> None:
    """Nobody listens, and nobody waits."""


def deploy_by_stack(fleet: Fleet, tag: str) -> None:
    """What CloudFormation does: a definition that the stack owns, and a service that is told to run it."""
    task = {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {
            "Family": "prod-agent",
            "ContainerDefinitions": [
                {"Name": "agent", "Image": f"{REGISTRY}/voiceplane-prod/agent:{tag}", "Memory": 512, "Cpu": 256}
            ],
        },
    }
    boto3.client("cloudformation").create_stack(
        StackName="voiceplane-prod-agents", TemplateBody=json.dumps({"Resources": {"Task": task}})
    )
    run(fleet, "prod-agent:2")


def run(fleet: Fleet, definition: str) -> None:
    """Tell the agents what to run."""
    fleet.ecs.update_service(cluster="voiceplane-prod-agents", service="agent", taskDefinition=definition)


def test_services_that_run_what_their_stack_says_are_left_alone(fleet: Fleet) -> None:
    """Also those whose stack is not there."""
    deploy_by_stack(fleet, "sha-a2")

    assert strayed(PROD) == []
    refuse_strayed(PROD)


def test_a_release_that_went_back_is_not_the_one_that_is_confirmed(fleet: Fleet) -> None:
    """The older one answers 200, staging is content, and production gets what nobody tried."""
    deploy_by_stack(fleet, "sha-a2")
    run(fleet, "prod-agent:1")

    with pytest.raises(NotReleased, match=r"agents/agent: prod-agent:1 → prod-agent:2 \(agent:sha-a2\)"):
        refuse_strayed(PROD)


def test_the_same_release_again_is_deployed(fleet: Fleet) -> None:
    """To CloudFormation it is no change."""
    deploy_by_stack(fleet, "sha-a2")
    run(fleet, "prod-agent:1")

    settle(PROD, report=silent, pause=silent)

    assert fleet.tag("agents/agent") == "sha-a2"
    assert strayed(PROD) == []
