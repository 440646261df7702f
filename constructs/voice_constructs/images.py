"""Which image a container runs: the environment's own repository, and the commit that last changed the image."""

import subprocess
from functools import cache
from pathlib import Path

from aws_cdk import Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from config.errors import ConfigError
from config.sections.operations import Delivery
from contract.images import Image

ROOT = Path(__file__).parents[2]


class Images(Construct):
    """References to the images of one environment; the repositories are the delivery stack's."""

    def __init__(self, scope: Construct, id_: str, *, prefix: str, delivery: Delivery, region: str) -> None:
        """Refer to them.

        Args:
            delivery: Tags or digests that override the clone's.
            region: Where the repositories are: the home region, for further regions too.
        """
        super().__init__(scope, id_)
        self._prefix, self._delivery, self._region = prefix, delivery, region
        self._made: dict[str, ecs.ContainerImage] = {}

    def container_image(self, image: Image) -> ecs.ContainerImage:
        """The image as a task definition wants it; the service's execution role may pull it."""
        if image.name not in self._made:
            name = repository_name(self._prefix, image)
            arn = Stack.of(self).format_arn(
                service="ecr", resource="repository", resource_name=name, region=self._region
            )
            repository = ecr.Repository.from_repository_attributes(
                self, image.name, repository_arn=arn, repository_name=name
            )
            self._made[image.name] = ecs.ContainerImage.from_ecr_repository(repository, self.tag(image))
        return self._made[image.name]

    def tag(self, image: Image) -> str:
        """The tag or digest that is deployed."""
        return self._delivery.image_tags.get(image.name) or image.mirrored_tag or f"sha-{commit_of(image)}"


def repository_name(prefix: str, image: Image) -> str:
    """`voiceplane-prod/agent`."""
    return f"{prefix}/{image.name}"


@cache
def commit_of(image: Image) -> str:
    """The commit that last changed what goes into an image: other commits do not roll its services.

    Raises:
        ConfigError: This copy is no git clone, and the environment file names no tag.
    """
    commit = _git("log", "-1", "--format=%H", "HEAD", "--", *image.sources) or _git("rev-parse", "HEAD")
    if not commit:
        raise ConfigError(
            f"delivery.image_tags.{image.name} is not set; it defaults to sha- and the commit, "
            "but git shows no commit of this copy; clone it with git, or set it to a tag that is in ECR"
        )
    return commit


def _git(*arguments: str) -> str:
    try:
        answer = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
    except FileNotFoundError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
