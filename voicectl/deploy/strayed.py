"""Does every service run what its stack says? After a way back it does not, and CloudFormation does not look."""

from collections.abc import Iterator

import boto3
from botocore.exceptions import ClientError

from config.schema import Environment
from voicectl.deploy.definitions import definition, differ
from voicectl.deploy.errors import NotReleased
from voicectl.deploy.fleet import services, stack_of
from voicectl.deploy.rollback import Pause, Report, Return, await_stable, carry_out

STABLE_SECONDS = 1200.0


def strayed(environment: Environment) -> list[Return]:
    """Services that run something else than their stack's task definition, each with that one."""
    ours: dict[tuple[str, str], dict[str, str]] = {}
    found = []
    for service in services(environment):
        place = (service.region, stack_of(environment, part=service.part, region=service.region))
        if place not in ours:
            ours[place] = {_family(arn): arn for arn in _definitions(*place)}
        wanted = ours[place].get(_family(service.definition), service.definition)
        if differ(service.definition, wanted, region=service.region):
            found.append(Return(service, definition(wanted, region=service.region)))
    return found


def settle(environment: Environment, *, report: Report, pause: Pause) -> None:
    """Move every service that strayed to what its stack says, and wait for it.

    To CloudFormation the same release again is no change, so it would leave them on the release before it.

    Raises:
        NotStable: They did not come up.
    """
    await_stable(carry_out(strayed(environment), report=report), seconds=STABLE_SECONDS, report=report, pause=pause)


def refuse_strayed(environment: Environment) -> None:
    """Whoever says that a release is good means the one that was deployed.

    Raises:
        NotReleased: A service runs another.
    """
    others = strayed(environment)
    if others:
        told = "; ".join(each.told for each in others)
        raise NotReleased(
            f"{environment.name} answers, but not with what its stacks say: {told}; deploy it again, or mend it"
        )


def _definitions(region: str, stack: str) -> Iterator[str]:
    pages = boto3.client("cloudformation", region_name=region).get_paginator("list_stack_resources")
    try:
        for page in pages.paginate(StackName=stack):
            for resource in page["StackResourceSummaries"]:
                if resource["ResourceType"] == "AWS::ECS::TaskDefinition" and "PhysicalResourceId" in resource:
                    yield resource["PhysicalResourceId"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise  # else there is no such stack yet, and nothing of it to stray from


def _family(arn: str) -> str:
    return arn.rpartition("/")[2].rpartition(":")[0]
