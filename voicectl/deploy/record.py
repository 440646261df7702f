"""What ran before the last release: begun before anything changes, kept once it is confirmed.

One parameter of AWS Systems Manager for all regions of an environment, written at once, so that releases are never
mixed. CloudFormation deregisters the task definitions that it replaces, so nothing in ECS says afterwards which of them
ran last.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import boto3
from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict

from config.schema import Environment
from voicectl.deploy.definitions import differ
from voicectl.deploy.errors import NoWayBack
from voicectl.deploy.fleet import Service, short
from voicectl.toolchain import git

Running = dict[str, dict[str, str]]
"""`family:revision` by region and `part/service`; a region without any is left out."""
Target = tuple[str, str, str]
"""Region, `part/service` and `family:revision`."""


class Before(BaseModel):
    """What an environment's services can go back to.

    Attributes:
        at: When the last deployment began.
        commit: What it deployed.
        services: What the last confirmed release that changed a service replaced.
        found: The same as a deployment found it that nobody has confirmed yet; None when the last one is confirmed.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime
    commit: str
    services: Running = {}
    found: Running | None = None


def parameter_of(environment: Environment) -> str:
    """Where it is kept, in the environment's own region."""
    return f"/voiceplane-{environment.name}/before-last-deploy"


def write_before(environment: Environment, running: Sequence[Service], *, now: datetime) -> None:
    """Keep what runs now.

    What an unconfirmed deployment found stays: whoever runs it again has half of it running, which is no way back.
    """
    last = _read(environment)
    found = _running((each.region, each.key, short(each.definition)) for each in running)
    for region, kept in ((last and last.found) or {}).items():
        found[region] = found.get(region, {}) | kept
    services = last.services if last else {}
    _write(environment, Before(at=now, commit=commit(), services=services, found=found))


def confirm(environment: Environment, running: Sequence[Service]) -> bool:
    """What runs now is good: what the deployment replaced is the way back; answer whether any waited for that.

    A deployment that changed no service leaves the way back as it was: the release before it is still the last one.
    """
    last = _read(environment)
    if last is None or last.found is None:
        return False
    replaced = _running(
        (each.region, each.key, was)
        for each in running
        if (was := last.found.get(each.region, {}).get(each.key))
        and differ(was, short(each.definition), region=each.region)
    )
    _write(environment, last.model_copy(update={"services": replaced or last.services, "found": None}))
    return True


def went_back(environment: Environment, went: Sequence[Target], left: Sequence[Target]) -> None:
    """Whoever goes back a second time goes to the same, not further.

    Args:
        went: What each service went back to.
        left: What others would go back to; what a deployment found that nobody has confirmed they still can.
    """
    last = _read(environment)
    if last is None:
        return
    found = last.found or {}
    known = [each for each in (found, last.services) if _has(each, went)]
    services = known[0] if known else _running(went)
    kept = _running(each for each in left if _has(found, [each]))
    _write(environment, last.model_copy(update={"services": services, "found": kept or None}))


def read_before(environment: Environment) -> Before:
    """Answer what the services can go back to.

    Raises:
        NoWayBack: Nobody wrote it down.
    """
    before = _read(environment)
    if before is None:
        name = f"{parameter_of(environment)} in {environment.region}"
        raise NoWayBack(f"there is no {name}, so nothing says what ran before; name a commit with --to")
    return before


def _running(told: Iterable[Target]) -> Running:
    there: Running = {}
    for region, key, name in told:
        there.setdefault(region, {})[key] = name
    return there


def _has(were: Mapping[str, Mapping[str, str]], went: Sequence[Target]) -> bool:
    return all(were.get(region, {}).get(key) == name for region, key, name in went)


def commit() -> str:
    """The commit of this clone; empty where git shows none."""
    return git("rev-parse", "HEAD")


def _read(environment: Environment) -> Before | None:
    try:
        answer = _parameters(environment).get_parameter(Name=parameter_of(environment))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        return None
    return Before.model_validate_json(answer["Parameter"]["Value"])


def _write(environment: Environment, before: Before) -> None:
    _parameters(environment).put_parameter(
        Name=parameter_of(environment),
        Value=before.model_dump_json(),
        Type="String",
        Tier="Intelligent-Tiering",  # free up to 4 KiB, which an environment of many regions may pass
        Overwrite=True,
    )


def _parameters(environment: Environment) -> Any:
    return boto3.client("ssm", region_name=environment.region)
