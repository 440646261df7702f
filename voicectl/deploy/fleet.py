"""An environment's services as ECS runs them: which task definition each has, and how far its rollout is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import boto3
from botocore.exceptions import ClientError

from config.schema import Environment

MEDIA: Final = "media"
AT_HOME: Final = (MEDIA, "agents", "control-plane")
ELSEWHERE: Final = (MEDIA, "agents")
MOST_AT_ONCE: Final = 10  # services that DescribeServices takes


@dataclass(frozen=True)
class Service:
    """One ECS service.

    Attributes:
        part: The stack it belongs to: `media`, `agents` or `control-plane`.
        definition: ARN of the task definition it is told to run.
        desired: Tasks that ECS wants of it.
        running: Tasks of the newest deployment that run.
        rollout: ECS's word for the newest deployment: IN_PROGRESS, COMPLETED or FAILED.
    """

    region: str
    part: str
    cluster: str
    name: str
    definition: str
    desired: int = 0
    running: int = 0
    rollout: str = ""

    @property
    def key(self) -> str:
        """`agents/agent`, unique in a region of an environment."""
        return f"{self.part}/{self.name}"

    @property
    def is_settled(self) -> bool:
        """Whether as many tasks as wanted run the newest definition; old ones may still finish their calls."""
        return self.rollout == "COMPLETED" or self.running >= self.desired


def clusters(environment: Environment) -> Iterator[tuple[str, str, str]]:
    """Yield region, part and name of every cluster that the environment has."""
    places = [(environment.region, AT_HOME), *((region.name, ELSEWHERE) for region in environment.regions)]
    for region, parts in places:
        for part in parts:
            yield region, part, f"voiceplane-{environment.name}-{part}"


def stack_of(environment: Environment, *, part: str, region: str) -> str:
    """Name of the stack that a part's services belong to: a further region is part of its stacks' names."""
    name = f"voiceplane-{environment.name}-{part}"
    return name if region == environment.region else f"{name}-{region}"


def services(environment: Environment) -> list[Service]:
    """Every service there is; a cluster that is not there yet has none."""
    return [each for region, part, cluster in clusters(environment) for each in _of_cluster(region, part, cluster)]


def seen_again(known: list[Service]) -> list[Service]:
    """Answer the same services as they are now."""
    places = dict.fromkeys((each.region, each.part, each.cluster) for each in known)
    return [
        each
        for region, part, cluster in places
        for each in _described(
            region, part, cluster, [one.name for one in known if (one.region, one.cluster) == (region, cluster)]
        )
    ]


def ecs(region: str) -> Any:
    """ECS in a region."""
    return boto3.client("ecs", region_name=region)


def short(definition: str) -> str:
    """`family:revision` of a task definition's ARN."""
    return definition.rpartition("/")[2]


def _of_cluster(region: str, part: str, cluster: str) -> Iterator[Service]:
    pages = ecs(region).get_paginator("list_services").paginate(cluster=cluster)
    try:
        names = sorted(arn.rpartition("/")[2] for page in pages for arn in page["serviceArns"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ClusterNotFoundException":
            raise
        return
    yield from _described(region, part, cluster, names)


def _described(region: str, part: str, cluster: str, names: list[str]) -> Iterator[Service]:
    for first in range(0, len(names), MOST_AT_ONCE):
        answer = ecs(region).describe_services(cluster=cluster, services=names[first : first + MOST_AT_ONCE])
        yield from (_service(each, region, part, cluster) for each in answer["services"] if each["status"] == "ACTIVE")


def _service(described: dict[str, Any], region: str, part: str, cluster: str) -> Service:
    newest = next((one for one in described.get("deployments", []) if one["status"] == "PRIMARY"), described)
    return Service(
        region=region,
        part=part,
        cluster=cluster,
        name=described["serviceName"],
        definition=described["taskDefinition"],
        desired=described["desiredCount"],
        running=newest["runningCount"],
        rollout=newest.get("rolloutState", ""),
    )
