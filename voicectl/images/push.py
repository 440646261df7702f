"""One image on its way into an environment's repository: built here, or copied from its maker or from elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import boto3
from botocore.exceptions import ClientError

from contract.images import IMAGES, Image
from voicectl.deploy.needs import ImageNeed, image_needs
from voicectl.review.templates import Assembly

ABSENT: Final = ("ImageNotFoundException", "RepositoryNotFoundException")
RUNNERS: Final = {
    "linux/arm64": "ubuntu-24.04-arm",
    "linux/amd64": "ubuntu-24.04",
}  # GitHub's, by what they build natively


@dataclass(frozen=True)
class Push:
    """An image that an environment's task definitions name.

    Attributes:
        need: What they name.
        account: Whose registry it is.
        source: What it is copied from; empty when it is built.
    """

    need: ImageNeed
    account: str
    image: Image
    source: str = ""

    @classmethod
    def of(cls, need: ImageNeed, *, account: str) -> "Push":
        """The usual way of an image: copied from its maker if it has one, else built."""
        image = next(each for each in IMAGES if need.repository.endswith(f"/{each.name}"))
        return cls(need, account, image, source=image.origin)

    @property
    def registry(self) -> str:
        """ECR's host name."""
        return f"{self.account}.dkr.ecr.{self.need.region}.amazonaws.com"

    @property
    def target(self) -> str:
        """Where it goes, with its tag."""
        return f"{self.registry}/{self.need.repository}:{self.need.reference}"

    @property
    def login(self) -> list[str]:
        """The command that signs Docker in to where it goes; the password comes on standard input."""
        return docker_login(self.registry)

    @property
    def command(self) -> list[str]:
        """What puts it there; run in the clone's root."""
        if self.source:
            return ["docker", "buildx", "imagetools", "create", "--tag", self.target, self.source]
        return [
            *("docker", "buildx", "build", "--platform", ",".join(self.need.platforms)),
            *("--file", f"runtime/images/{self.image.name}/Dockerfile"),
            *("--build-arg", f"REVISION={self.need.reference.removeprefix('sha-')}"),
            *("--tag", self.target, "--push", "."),
        ]

    @property
    def runner(self) -> str:
        """The GitHub runner that builds it without emulation; of two processors, the first's."""
        return RUNNERS["linux/amd64" if self.source else self.need.platforms[0]]


def docker_login(registry: str) -> list[str]:
    """Sign Docker in to a registry of ECR."""
    return ["docker", "login", "--username", "AWS", "--password-stdin", registry]


def is_there(need: ImageNeed) -> bool:
    """Whether the repository has the tag or digest."""
    wanted = {"imageDigest": need.reference} if need.is_digest else {"imageTag": need.reference}
    try:
        boto3.client("ecr", region_name=need.region).describe_images(repositoryName=need.repository, imageIds=[wanted])
    except ClientError as error:
        if error.response["Error"]["Code"] not in ABSENT:
            raise
        return False
    return True


def missing_pushes(assembly: Assembly, *, account: str) -> Iterator[Push]:
    """What the environment's repositories still need; a tag that is there is never pushed again."""
    for need in image_needs(assembly):
        if not need.is_digest and not is_there(need):
            yield Push.of(need, account=account)


def tried_in(push: Push, *, environment: str, region: str) -> Push:
    """Copy the very bytes that another environment of the account ran; the usual way where it has none.

    Args:
        environment: Its name.
        region: Where its repositories are.
    """
    there = replace(push.need, repository=f"voiceplane-{environment}/{push.image.name}", region=region)
    return replace(push, source=Push(there, push.account, push.image).target) if is_there(there) else push
