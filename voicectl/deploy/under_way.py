"""Is CloudFormation changing the environment right now? Who moves them meanwhile mixes two releases."""

from collections.abc import Iterator

import boto3
from botocore.exceptions import ClientError

from config.schema import Environment
from voicectl.deploy.errors import UnderWay
from voicectl.deploy.fleet import stack_of

CHANGES = "_IN_PROGRESS"
NOBODY_WAITS = (
    "_CLEANUP_IN_PROGRESS",
    "REVIEW_IN_PROGRESS",
)  # for leftovers, or for a change set that may never be executed
STACKS_AT_HOME = ("network", "delivery", "data", "media", "agents", "control-plane", "frontend", "operations")
STACKS_ELSEWHERE = ("network", "data", "media", "agents", "operations")


def refuse_under_way(environment: Environment) -> None:
    """Wait for no lock of anybody's: the stacks themselves say whether somebody deploys.

    Raises:
        UnderWay: Some of them are being changed; each is named with what to do about it.
    """
    told = list(_told(stacks(environment)))
    if told:
        raise UnderWay("\n".join([f"{environment.name}: nothing was changed; a deployment is under way:", *told]))


def stacks(environment: Environment) -> list[tuple[str, str]]:
    """Region and name of every stack that the environment may have: the CDK deploys one after the other."""
    places = [
        (environment.region, STACKS_AT_HOME),
        *((region.name, STACKS_ELSEWHERE) for region in environment.regions),
    ]
    return [(region, stack_of(environment, part=part, region=region)) for region, parts in places for part in parts]


def state_of(stack: str, *, region: str) -> str:
    """CloudFormation's word for a stack's state; empty when there is no such stack."""
    client = boto3.client("cloudformation", region_name=region)
    try:
        return str(client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return ""


def _told(places: list[tuple[str, str]]) -> Iterator[str]:
    for region, stack in places:
        state = state_of(stack, region=region)
        if not state.endswith(CHANGES) or state.endswith(NOBODY_WAITS):
            continue
        command = f"aws cloudformation cancel-update-stack --stack-name {stack} --region {region}"
        cancel = f", or let it go back to what ran before: {command}" if state == "UPDATE_IN_PROGRESS" else ""
        yield f"  {stack} {state}\n    come again when it is through{cancel}"
