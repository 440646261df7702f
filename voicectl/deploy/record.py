"""What ran before the last release: begun before anything changes, kept once it is confirmed.

One parameter of AWS Systems Manager in each region: CloudFormation deregisters the task definitions that it replaces,
so nothing in ECS says afterwards which of them ran last.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import boto3
from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict

from config.schema import Environment
from voicectl.deploy.definitions import differ
from voicectl.deploy.errors import NoWayBack
from voicectl.deploy.fleet import Service, short
from voicectl.toolchain import git


class Before(BaseModel):
    """What a region's services can go back to.

    Attributes:
        at: When the last deployment began.
        commit: What it deployed.
        services: `family:revision` by `part/service`: what the last confirmed release that changed a service replaced.
        found: The same as a deployment found it that nobody has confirmed yet; None when the last one is confirmed.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime
    commit: str
    services: dict[str, str] = {}
    found: dict[str, str] | None = None


def parameter_of(environment: Environment) -> str:
    """Where it is kept."""
    return f"/voiceplane-{environment.name}/before-last-deploy"


def write_before(environment: Environment, running: Sequence[Service], *, now: datetime) -> None:
    """Keep what runs now, in each region.

    What an unconfirmed deployment found stays: whoever runs it again has half of it running, which is no way back.
    """
    for region in regions(environment):
        last = _read(environment, region=region)
        there = {each.key: short(each.definition) for each in running if each.region == region}
        found = there if last is None or last.found is None else last.found
        services = last.services if last else {}
        _write(environment, Before(at=now, commit=commit(), services=services, found=found), region=region)


def confirm(environment: Environment, running: Sequence[Service]) -> None:
    """What runs now is good: what the deployment replaced is the way back.

    A deployment that changed no service leaves the way back as it was: the release before it is still the last one.
    """
    for region in regions(environment):
        last = _read(environment, region=region)
        if last is None or last.found is None:
            continue
        there = {each.key: short(each.definition) for each in running if each.region == region}
        replaced = {
            key: was for key, was in last.found.items() if key in there and differ(was, there[key], region=region)
        }
        _write(
            environment, last.model_copy(update={"services": replaced or last.services, "found": None}), region=region
        )


def went_back(environment: Environment, targets: Collection[tuple[str, str, str]]) -> None:
    """Nothing is unconfirmed any more; whoever goes back a second time goes to the same, not further.

    Args:
        targets: Region, `part/service` and `family:revision` of each service that went back.
    """
    open_ = {
        region: last
        for region in regions(environment)
        if (last := _read(environment, region=region)) and last.found is not None
    }
    undone = any(region in open_ and (open_[region].found or {}).get(key) == was for region, key, was in targets)
    for region, last in open_.items():
        services = last.found if undone else last.services
        _write(environment, last.model_copy(update={"services": services, "found": None}), region=region)


def read_before(environment: Environment, *, region: str) -> Before:
    """Answer what a region's services can go back to.

    Raises:
        NoWayBack: Nobody wrote it down.
    """
    before = _read(environment, region=region)
    if before is None:
        name = parameter_of(environment)
        raise NoWayBack(f"{region}: there is no {name}, so nothing says what ran before; name a commit with --to")
    return before


def regions(environment: Environment) -> list[str]:
    """Home first."""
    return [environment.region, *(region.name for region in environment.regions)]


def commit() -> str:
    """The commit of this clone; empty where git shows none."""
    return git("rev-parse", "HEAD")


def _read(environment: Environment, *, region: str) -> Before | None:
    try:
        answer = boto3.client("ssm", region_name=region).get_parameter(Name=parameter_of(environment))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        return None
    return Before.model_validate_json(answer["Parameter"]["Value"])


def _write(environment: Environment, before: Before, *, region: str) -> None:
    boto3.client("ssm", region_name=region).put_parameter(
        Name=parameter_of(environment),
        Value=before.model_dump_json(),
        Type="String",
        Overwrite=True,
    )
