"""What is missing in the account, each with the command that supplies it; nothing is changed here."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import boto3
from botocore.exceptions import ClientError

from voicectl.deploy.needs import (
    ImageNeed,
    SecretNeed,
    image_needs,
    is_foundation,
    migration_fault,
    needs_provider,
    secret_needs,
)
from voicectl.images.push import Push, is_there
from voicectl.review.templates import Assembly

BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version"
OLDEST_BOOTSTRAP = 30  # what the pinned CLI makes; its templates are tested against no older one
STANDING = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
GITHUB = "token.actions.githubusercontent.com"


@dataclass(frozen=True)
class Missing:
    """Something that a deployment needs and that is not there."""

    what: str
    command: str


def missing_for_foundations(assembly: Assembly, *, environment: str, account: str) -> Iterator[Missing]:
    """What the first step needs: bootstrapped regions, and the GitHub provider unless the template makes it."""
    for region in dict.fromkeys(stack.region for stack in assembly.stacks):
        yield from _bootstrap(region, environment=environment)
    if needs_provider(assembly):
        yield from _provider(account)


def missing_for_services(assembly: Assembly, *, environment: str, account: str) -> Iterator[Missing]:
    """What the second step needs besides: the foundations, images, secrets, and a migration that comes first."""
    absent = [stack.name for stack in assembly.stacks if is_foundation(stack) and not _exists(stack.name, stack.region)]
    if absent:
        yield Missing(f"stacks {', '.join(absent)}", f"make deploy ENV={environment} STEP=foundations")
        return
    for image in image_needs(assembly):
        yield from _image(image, account=account)
    for secret in secret_needs(assembly):
        yield from _secret(secret)
    fault = migration_fault(assembly)
    if fault:
        yield Missing(f"a migration: {fault}", "git diff HEAD -- stacks/control_plane.py")


def past_holidays(assembly: Assembly, *, today: date) -> Iterator[Missing]:
    """Single days that have begun: whether Application Auto Scaling accepts them is not known, so they must go."""
    days = {
        action["Schedule"][3:13]
        for _, target in assembly.of_type("AWS::ApplicationAutoScaling::ScalableTarget")
        for action in target.properties.get("ScheduledActions", [])
        if action["Schedule"].startswith("at(")
    }
    past = sorted(day for day in days if date.fromisoformat(day) <= today)
    if past:
        yield Missing(f"holidays after today: {', '.join(past)} have begun", "take them out of schedule.holidays")


def _bootstrap(region: str, *, environment: str) -> Iterator[Missing]:
    command = f"make bootstrap ENV={environment}"
    try:
        parameter = boto3.client("ssm", region_name=region).get_parameter(Name=BOOTSTRAP_VERSION)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        yield Missing(f"the CDK's bootstrap stack in {region}", command)
        return
    version = int(parameter["Parameter"]["Value"])
    if version < OLDEST_BOOTSTRAP:
        yield Missing(f"bootstrap version {OLDEST_BOOTSTRAP} in {region}: it is {version}", command)


def _provider(account: str) -> Iterator[Missing]:
    arn = f"arn:aws:iam::{account}:oidc-provider/{GITHUB}"
    known = boto3.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
    if arn not in [provider["Arn"] for provider in known]:
        remedy = 'set delivery.oidc_provider = "create" in this or another environment of the account'
        yield Missing(f"GitHub's OIDC provider in account {account}", remedy)


def _exists(stack: str, region: str) -> bool:
    try:
        described = boto3.client("cloudformation", region_name=region).describe_stacks(StackName=stack)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        return False
    return described["Stacks"][0]["StackStatus"] in STANDING


def _image(need: ImageNeed, *, account: str) -> Iterator[Missing]:
    if is_there(need):
        return
    separator = "@" if need.is_digest else ":"
    yield Missing(f"image {need.repository}{separator}{need.reference}", _push(need, account=account))


def _push(need: ImageNeed, *, account: str) -> str:
    push = Push.of(need, account=account)
    if need.is_digest:
        return f"push the image of this digest, or change delivery.image_tags.{push.image.name}"
    login = f"aws ecr get-login-password --region {need.region}"
    return f"{login} | {shlex.join(push.login)} && {shlex.join(push.command)}"


def _secret(need: SecretNeed) -> Iterator[Missing]:
    example = json.dumps(dict.fromkeys(sorted(need.fields), "…"), ensure_ascii=False) if need.fields else "…"
    put = f"aws secretsmanager put-secret-value --region {need.region} --secret-id {need.name}"
    command = f"{put} --secret-string '{example}'"
    try:
        value = boto3.client("secretsmanager", region_name=need.region).get_secret_value(SecretId=need.name)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in ("ResourceNotFoundException", "AccessDeniedException"):
            raise
        # A pipeline may not read secrets: it sees whether there is one; a person's deployment, whether it is whole.
        if code == "ResourceNotFoundException" or not _has_value(need):
            yield Missing(f"a value of secret {need.name}", command)
        return
    empty = sorted(need.fields - _filled(value["SecretString"])) if need.fields else []
    if empty:
        yield Missing(f"{', '.join(empty)} in the JSON of secret {need.name}", command)


def _has_value(need: SecretNeed) -> bool:
    described = boto3.client("secretsmanager", region_name=need.region).describe_secret(SecretId=need.name)
    return any("AWSCURRENT" in stages for stages in described.get("VersionIdsToStages", {}).values())


def _filled(text: str) -> set[str]:
    """Fields of a JSON object that have a value; never the values."""
    try:
        content = json.loads(text)
    except ValueError:
        return set()
    return {name for name, value in content.items() if value} if isinstance(content, dict) else set()
