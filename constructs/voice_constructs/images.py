"""Which image a container runs: the environment's own repository, and the commit that last changed the image."""

from aws_cdk import Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from config.sections.operations import Delivery
from contract.images import Image
from voice_constructs.commits import commit_of as commit_of  # asked for here by whoever has images


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
