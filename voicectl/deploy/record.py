"""What ran before the last deployment: written before anything changes, read by whoever goes back.

One parameter of AWS Systems Manager in each region: CloudFormation deregisters the task definitions that it replaces,
so nothing in ECS says afterwards which of them ran last.
"""

import json
from collections.abc import Sequence
from datetime import datetime

import boto3
from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict

from config.schema import Environment
from voicectl.deploy.errors import NoWayBack
from voicectl.deploy.fleet import Service, short
from voicectl.toolchain import git


class Before(BaseModel):
    """The services of a region as a deployment found them.

    Attributes:
        at: When the deployment began.
        commit: What it deployed.
        services: `family:revision` by `part/service`.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime
    commit: str
    services: dict[str, str]


def parameter_of(environment: Environment) -> str:
    """Where it is kept."""
    return f"/voiceplane-{environment.name}/before-last-deploy"


def write_before(environment: Environment, running: Sequence[Service], *, now: datetime) -> None:
    """Keep what runs now, in each region."""
    for region in regions(environment):
        there = {each.key: short(each.definition) for each in running if each.region == region}
        before = Before(at=now, commit=commit(), services=there)
        boto3.client("ssm", region_name=region).put_parameter(
            Name=parameter_of(environment), Value=before.model_dump_json(), Type="String", Overwrite=True
        )


def read_before(environment: Environment, *, region: str) -> Before:
    """Answer what ran before the last deployment.

    Raises:
        NoWayBack: Nobody wrote it down.
    """
    name = parameter_of(environment)
    try:
        answer = boto3.client("ssm", region_name=region).get_parameter(Name=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        raise NoWayBack(
            f"{region}: there is no {name}, so nothing says what ran before; name a commit with --to"
        ) from None
    return Before.model_validate(json.loads(answer["Parameter"]["Value"]))


def regions(environment: Environment) -> list[str]:
    """Home first."""
    return [environment.region, *(region.name for region in environment.regions)]


def commit() -> str:
    """The commit of this clone; empty where git shows none."""
    return git("rev-parse", "HEAD")
