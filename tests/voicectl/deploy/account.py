"""Services in an account, changed as CloudFormation changes them: a revision comes, the one before is deregistered."""

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import boto3

REGION: Final = "us-east-1"
REGISTRY: Final = f"123456789012.dkr.ecr.{REGION}.amazonaws.com"
MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG: Final = "application/vnd.docker.container.image.v1+json"
SERVICES: Final = {  # service by part, with the images of its task, its own first
    "media/livekit": ("livekit", "guardian"),
    "agents/agent": ("agent",),
    "control-plane/api": ("control-plane",),
    "control-plane/websocket": ("gateway",),
}
IMAGES_OF_SERVICES: Final = sorted({image for images in SERVICES.values() for image in images})
WANTED: Final = 2


class Fleet:
    """An environment's services in one region; each release is a tag for each image, whose repositories are at home."""

    def __init__(
        self, *, environment: str = "prod", region: str = REGION, keys: Sequence[str] = tuple(SERVICES)
    ) -> None:
        """Make the clusters and the repositories."""
        self.ecs, self._ecr = boto3.client("ecs", region_name=region), boto3.client("ecr", region_name=REGION)
        self._prefix, self._keys = f"voiceplane-{environment}", keys
        for part in dict.fromkeys(key.partition("/")[0] for key in keys):
            self.ecs.create_cluster(clusterName=f"{self._prefix}-{part}")
        self.make_repositories()

    def make_repositories(self) -> None:
        """One for each image; those that are there stay."""
        for image in IMAGES_OF_SERVICES:
            with suppress(self._ecr.exceptions.RepositoryAlreadyExistsException):
                self._ecr.create_repository(repositoryName=f"{self._prefix}/{image}")

    def remove_repositories(self) -> None:
        """With everything in them."""
        for image in IMAGES_OF_SERVICES:
            self._ecr.delete_repository(repositoryName=f"{self._prefix}/{image}", force=True)

    def release(self, **tags: str) -> None:
        """Give every service that runs one of these images a new revision.

        Args:
            tags: By image, with `_` for `-`; the others keep theirs.
        """
        named = {name.replace("_", "-"): tag for name, tag in tags.items()}
        for image, tag in named.items():
            self._push(image, tag)
        for key in self._keys:
            if named.keys() & set(SERVICES[key]):
                self._roll(key, SERVICES[key], named)

    def definition(self, key: str) -> dict[str, Any]:
        """What a service is told to run."""
        described: dict[str, Any] = self.ecs.describe_task_definition(taskDefinition=self.told(key))["taskDefinition"]
        return described

    def told(self, key: str) -> str:
        """The ARN of the same."""
        part, _, name = key.partition("/")
        [service] = self.ecs.describe_services(cluster=f"{self._prefix}-{part}", services=[name])["services"]
        return str(service["taskDefinition"])

    def tag(self, key: str) -> str:
        """Of a service's own image."""
        return str(self.definition(key)["containerDefinitions"][0]["image"].rpartition(":")[2])

    def forget_image(self, image: str, tag: str) -> None:
        """What ECR's lifecycle does to old images."""
        self._ecr.batch_delete_image(repositoryName=f"{self._prefix}/{image}", imageIds=[{"imageTag": tag}])

    def _push(self, image: str, tag: str) -> None:
        config = {"mediaType": CONFIG, "digest": f"{image}:{tag}"}
        manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []}
        with suppress(self._ecr.exceptions.ImageAlreadyExistsException):
            self._ecr.put_image(
                repositoryName=f"{self._prefix}/{image}", imageTag=tag, imageManifest=json.dumps(manifest)
            )

    def _roll(self, key: str, images: tuple[str, ...], tags: dict[str, str]) -> None:
        part, _, name = key.partition("/")
        there = self.ecs.describe_services(cluster=f"{self._prefix}-{part}", services=[name])["services"]
        before = self.definition(key) if there else None
        kept = {
            each["name"]: each["image"].rpartition(":")[2] for each in (before or {}).get("containerDefinitions", [])
        }
        registered = self.ecs.register_task_definition(
            family=f"prod-{name}",
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            containerDefinitions=[self._container(image, tags.get(image) or kept[image]) for image in images],
        )["taskDefinition"]["taskDefinitionArn"]
        if before is None:
            self.ecs.create_service(
                cluster=f"{self._prefix}-{part}", serviceName=name, taskDefinition=registered, desiredCount=WANTED
            )
        else:
            self.ecs.update_service(cluster=f"{self._prefix}-{part}", service=name, taskDefinition=registered)
            self.ecs.deregister_task_definition(taskDefinition=before["taskDefinitionArn"])

    def _container(self, image: str, tag: str) -> dict[str, Any]:
        reference = f"{REGISTRY}/{self._prefix}/{image}:{tag}"
        return {"name": image, "image": reference, "environment": [{"name": "RELEASE", "value": tag}]}
