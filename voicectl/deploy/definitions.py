"""Task definitions that ran before: found again, and registered again, because ECS runs none that was deregistered."""

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import boto3
from botocore.exceptions import ClientError

from contract.images import IMAGES, Image
from voicectl.deploy.errors import NoWayBack
from voicectl.deploy.fleet import ecs
from voicectl.toolchain import ROOT

MOST_REVISIONS: Final = 100  # that are looked through for an image's tag
GIT_SECONDS: Final = 30
OURS: Final = tuple(image for image in IMAGES if image.sources)


@dataclass(frozen=True)
class Definition:
    """A task definition as ECS describes it."""

    region: str
    described: dict[str, Any]

    @property
    def arn(self) -> str:
        """With its revision."""
        return str(self.described["taskDefinitionArn"])

    @property
    def is_active(self) -> bool:
        """Whether ECS would run it as it is."""
        return bool(self.described["status"] == "ACTIVE")

    @property
    def images(self) -> dict[str, str]:
        """Image by container."""
        return {each["name"]: each["image"] for each in self.described["containerDefinitions"]}

    @property
    def content(self) -> dict[str, Any]:
        """What would be registered: two revisions with the same are the same to whoever runs them."""
        members = ecs(self.region).meta.service_model.operation_model("RegisterTaskDefinition").input_shape.members
        return {name: value for name, value in self.described.items() if name in members and value not in ([], None)}

    def tags(self) -> Mapping[str, str]:
        """Tag of each image of ours in it, by the image's name."""
        tags = {}
        for reference in self.images.values():
            repository, _, tag = reference.rpartition("/")[2].rpartition(":")
            tags.update({image.name: tag for image in OURS if image.name == repository})
        return tags


def definition(name: str, *, region: str) -> Definition:
    """Describe one, registered or not.

    Args:
        name: Its ARN, or `family:revision`.
    """
    return Definition(region, ecs(region).describe_task_definition(taskDefinition=name)["taskDefinition"])


def differ(one: str, other: str, *, region: str) -> bool:
    """Whether two definitions would run something else; a copy that was registered again would not."""
    return one != other and definition(one, region=region).content != definition(other, region=region).content


def runnable(wanted: Definition) -> str:
    """Answer the ARN of a definition that ECS will run: this one, or a copy registered now."""
    if wanted.is_active:
        return wanted.arn
    registered = ecs(wanted.region).register_task_definition(**wanted.content)
    return str(registered["taskDefinition"]["taskDefinitionArn"])


def with_tags(like: Definition, *, wanted: Mapping[str, str]) -> Definition:
    """Find the newest revision of a family that ran these tags of our images.

    Raises:
        NoWayBack: None of them did.
    """
    asked = {name: wanted[name] for name in like.tags()}
    for arn in _revisions(like):
        found = definition(arn, region=like.region)
        if found.tags() == asked:
            return found
    told = ", ".join(f"{name}:{tag}" for name, tag in asked.items())
    raise NoWayBack(
        f"{like.described['family']} never ran {told}; "
        "deploy it: `git switch --detach COMMIT` and `make deploy ENV=…`, which builds what is missing"
    )


def tags_at(commit: str) -> dict[str, str]:
    """The tag that each image of ours has at a commit of this clone.

    Raises:
        NoWayBack: Git does not know the commit.
    """
    return {image.name: f"sha-{_last_change(image, commit.removeprefix('sha-'))}" for image in OURS}


def missing_images(wanted: Definition) -> Iterator[str]:
    """Find images of a definition that are no longer in their repository."""
    for reference in wanted.images.values():
        registry, _, path = reference.partition("/")
        if ".ecr." not in registry:
            continue
        separator = "@" if "@" in path else ":"
        repository, _, tag = path.partition(separator)
        asked = {"imageDigest": tag} if separator == "@" else {"imageTag": tag}
        try:
            boto3.client("ecr", region_name=registry.split(".")[3]).describe_images(
                repositoryName=repository, imageIds=[asked]
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("ImageNotFoundException", "RepositoryNotFoundException"):
                raise
            yield reference


def _revisions(like: Definition) -> list[str]:
    """Newest first; CloudFormation deregisters those that it has replaced."""
    pages = ecs(like.region).get_paginator("list_task_definitions")
    arns = [
        str(arn)
        for status in ("ACTIVE", "INACTIVE")
        for page in pages.paginate(familyPrefix=like.described["family"], status=status)
        for arn in page["taskDefinitionArns"]
    ]
    return sorted(arns, key=lambda arn: int(arn.rpartition(":")[2]), reverse=True)[:MOST_REVISIONS]


def _last_change(image: Image, commit: str) -> str:
    asked = subprocess.run(
        ["git", "rev-list", "--max-count=1", "--end-of-options", commit, "--", *image.pathspec],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=GIT_SECONDS,
    )
    if asked.returncode or not asked.stdout.strip():
        raise NoWayBack(f"git knows no commit {commit} with {image.name} in it; fetch it, and name it in full")
    return asked.stdout.strip()
