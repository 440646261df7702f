"""Is CloudFormation changing the services right now? Who moves them meanwhile mixes two releases."""

from collections.abc import Iterator

import boto3
from botocore.exceptions import ClientError

from config.schema import Environment
from voicectl.deploy.errors import UnderWay
from voicectl.deploy.fleet import clusters, stack_of

CHANGES = "_IN_PROGRESS"
IS_THROUGH = "_CLEANUP_IN_PROGRESS"  # only what nobody needs any more is being taken away


def refuse_under_way(environment: Environment) -> None:
    """Wait for no lock of anybody's: the services' stacks themselves say whether somebody deploys.

    Raises:
        UnderWay: Some of them are being changed; each is named with what to do about it.
    """
    places = [(region, stack_of(environment, part=part, region=region)) for region, part, _ in clusters(environment)]
    told = list(_told(places))
    if told:
        raise UnderWay("\n".join([f"{environment.name}: nothing was changed; a deployment is under way:", *told]))


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
        if not state.endswith(CHANGES) or state.endswith(IS_THROUGH):
            continue
        command = f"aws cloudformation cancel-update-stack --stack-name {stack} --region {region}"
        cancel = f", or let it go back to what ran before: {command}" if state == "UPDATE_IN_PROGRESS" else ""
        yield f"  {stack} {state}\n    come again when it is through{cancel}"
