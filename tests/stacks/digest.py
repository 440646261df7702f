"""A template as a reviewer reads it: a line for each resource, and under it what may cost money, data or safety.

`make digests` writes those of production into `tests/snapshots/`.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.stacks.values import Values
from voicectl.review.templates import Assembly, Properties, StackTemplate

SNAPSHOTS = Path(__file__).parents[1] / "snapshots"
COMMIT = re.compile(r"sha-[0-9a-f]{40}")  # changes with every commit of an image's sources
Read = Callable[[Any], str]
TOLD: dict[str, tuple[str, ...]] = {  # properties that are worth a reviewer's eye, as they stand
    "AWS::ApplicationAutoScaling::ScalableTarget": ("MinCapacity", "MaxCapacity"),
    "AWS::AutoScaling::AutoScalingGroup": ("MinSize", "MaxSize"),
    "AWS::Budgets::Budget": (),
    "AWS::CertificateManager::Certificate": ("DomainName",),
    "AWS::CloudWatch::Alarm": ("MetricName", "ComparisonOperator", "Threshold", "Period", "EvaluationPeriods",
                               "TreatMissingData"),
    "AWS::CloudWatch::CompositeAlarm": ("AlarmRule", "ActionsSuppressor"),
    "AWS::EC2::SecurityGroupIngress": ("IpProtocol", "FromPort", "ToPort", "CidrIp", "Description"),
    "AWS::EC2::Subnet": ("CidrBlock", "MapPublicIpOnLaunch"),
    "AWS::EC2::VPC": ("CidrBlock",),
    "AWS::EC2::VPCEndpoint": ("ServiceName",),
    "AWS::ECR::Repository": ("RepositoryName", "ImageTagMutability"),
    "AWS::ECS::Cluster": ("ClusterName",),
    "AWS::ECS::Service": ("ServiceName", "DesiredCount", "DeploymentConfiguration"),
    "AWS::ECS::TaskDefinition": ("Cpu", "Memory", "NetworkMode", "RuntimePlatform"),
    "AWS::ElastiCache::ReplicationGroup": ("ReplicationGroupId", "CacheNodeType", "EngineVersion",
                                           "ReplicasPerNodeGroup", "MultiAZEnabled", "Durability"),
    "AWS::ElasticLoadBalancingV2::Listener": ("Protocol", "Port", "SslPolicy"),
    "AWS::ElasticLoadBalancingV2::ListenerRule": ("Priority", "Conditions"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("Scheme", "Type"),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("Protocol", "Port", "HealthCheckPath", "Matcher"),
    "AWS::Lambda::Function": ("Runtime", "Timeout"),
    "AWS::Logs::LogGroup": ("RetentionInDays",),
    "AWS::RDS::DBInstance": ("DBInstanceClass", "Engine", "EngineVersion", "AllocatedStorage", "MultiAZ",
                             "BackupRetentionPeriod", "DeletionProtection"),
    "AWS::Route53::HostedZone": ("Name",),
    "AWS::Route53::RecordSet": ("Name", "Type", "TTL"),
    "AWS::S3::Bucket": ("BucketName", "LifecycleConfiguration"),
    "AWS::SecretsManager::Secret": ("Name",),
}  # fmt: skip


def digest(assembly: Assembly, stack: StackTemplate) -> str:
    """Answer a stack's digest: the same text for the same infrastructure, whichever commit its images are of."""
    values = Values(assembly)
    lines = _lines(stack, lambda value: _plain(value, values, stack))
    return COMMIT.sub("sha-…", "\n".join(lines)) + "\n"


def snapshot_of(name: str) -> Path:
    """Where a stack's digest is kept."""
    return SNAPSHOTS / f"{name}.digest"


def _lines(stack: StackTemplate, read: Read) -> Iterator[str]:
    for logical_id, resource in sorted(stack.template["Resources"].items()):
        type_, properties = resource["Type"], resource.get("Properties", {})
        told = [f"{key}={read(properties[key])}" for key in TOLD.get(type_, ()) if key in properties]
        kept = [f"kept={resource['DeletionPolicy']}"] if "DeletionPolicy" in resource else []
        yield " ".join([logical_id, type_.removeprefix("AWS::"), *told, *kept])
        yield from (f"    {line}" for line in _details(type_, properties, read))


def _details(type_: str, properties: Properties, read: Read) -> Iterator[str]:
    """Yield what does not fit into a resource's line."""
    if type_ == "AWS::ApplicationAutoScaling::ScalingPolicy":
        yield read({key: properties[key] for key in properties if key not in ("PolicyType", "ScalingTargetId")})
    for action in properties.get("ScheduledActions", []):
        yield f"{action['ScheduledActionName']}: {action['Schedule']} {read(action['ScalableTargetAction'])}"
    for statement in properties.get("PolicyDocument", {}).get("Statement", []):
        actions = statement["Action"]
        who = f" for {read(statement['Principal'])}" if "Principal" in statement else ""
        yield f"{statement['Effect'].lower()} {', '.join([actions] if isinstance(actions, str) else actions)}{who}"
    for container in properties.get("ContainerDefinitions", []):
        size = " ".join(f"{key}={container[key]}" for key in ("Cpu", "Memory", "MemoryReservation", "StopTimeout")
                        if key in container)  # fmt: skip
        yield f"{container['Name']}: {read(container['Image'])} {size}"


def _plain(value: Any, values: Values, stack: StackTemplate) -> str:
    """Answer a value in one line."""
    if isinstance(value, dict) and not any(key == "Ref" or key.startswith("Fn::") for key in value):
        return "{" + ", ".join(f"{key}: {_plain(part, values, stack)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_plain(part, values, stack) for part in value) + "]"
    return (
        values.text(value, stack=stack) if isinstance(value, dict) else json.dumps(value, ensure_ascii=False).strip('"')
    )
