"""What stays when its stack is deleted, and what goes although it holds data."""

from dataclasses import dataclass
from typing import Final

from voicectl.review.templates import Assembly, Resource
from voicectl.review.values import text_of

HOLDS_DATA: Final = (
    "AWS::RDS::DBInstance",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::S3::Bucket",
    "AWS::KMS::Key",
    "AWS::SecretsManager::Secret",
    "AWS::ECR::Repository",
    "AWS::Logs::LogGroup",
    "AWS::SQS::Queue",
    "AWS::Route53::HostedZone",
)
NAMES: Final = ("BucketName", "Name", "RepositoryName", "ReplicationGroupId", "QueueName", "LogGroupName")


@dataclass(frozen=True, order=True)
class Kept:
    """One resource that holds data, or that is told to stay.

    Attributes:
        policy: `Retain`, `Snapshot`, or `Delete` for data that goes with its stack.
    """

    policy: str
    type: str
    stack: str
    name: str


def kept_of(assembly: Assembly) -> list[Kept]:
    """Everything that is retained, and everything with data that is not."""
    return sorted(
        Kept(_policy(resource), resource.type, stack.name, _name(resource, assembly))
        for stack, resource in assembly.resources()
        if resource.type in HOLDS_DATA or _policy(resource) != "Delete"
    )


def _policy(resource: Resource) -> str:
    default = "Snapshot" if resource.type == "AWS::RDS::DBInstance" else "Delete"
    return str(resource.entry.get("DeletionPolicy", default))


def _name(resource: Resource, assembly: Assembly) -> str:
    given = next((resource.properties[key] for key in NAMES if key in resource.properties), None)
    if given is None:
        return resource.construct
    return text_of(given, stack=assembly.by_name[resource.stack], assembly=assembly)
