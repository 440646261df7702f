"""What an environment needs at its largest, against what the account may have in its region.

The codes are AWS's own names for its quotas, as Service Quotas lists them.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import boto3
from botocore.exceptions import ClientError

from config.instances import NODES
from voicectl.doctor.finding import Finding, Verdict, judge
from voicectl.review.templates import Assembly, StackTemplate


class Need(NamedTuple):
    """One quota.

    Attributes:
        needed: By the templates, in one region, with every service at its maximum.
        used: What the account has of it already, where AWS can be asked for that; ours included once deployed.
    """

    name: str
    service: str
    code: str
    needed: Callable[[Assembly, str], float]
    used: Callable[[str], int] | None = None


def quota_findings(assembly: Assembly) -> Iterator[Finding]:
    """Compare each quota in each region.

    Raises:
        ClientError: AWS does not allow the question.
    """
    for region in dict.fromkeys(stack.region for stack in assembly.stacks):
        for need in NEEDS:
            yield _look(need, assembly, region)


def _look(need: Need, assembly: Assembly, region: str) -> Finding:
    name, needed = f"{need.name} in {region}", need.needed(assembly, region)
    client = boto3.client("service-quotas", region_name=region)
    try:
        quota = client.get_service_quota(ServiceCode=need.service, QuotaCode=need.code)["Quota"]["Value"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchResourceException":
            raise
        return Finding(
            name, Verdict.OPTIONAL, f"{needed:g} needed; AWS does not say how many there may be", _raise(need, region)
        )
    used = need.used(region) if need.used else 0
    found = f"{needed:g} needed at most, {used} in use, {quota:g} allowed"
    return judge(name, max(needed, used) <= quota, found, fix=_raise(need, region))


def _raise(need: Need, region: str) -> str:
    return (
        f"aws service-quotas request-service-quota-increase --region {region} --service-code {need.service} "
        f"--quota-code {need.code} --desired-value N"
    )


def fargate_vcpus(assembly: Assembly, region: str) -> float:
    """All services on Fargate at their maximum, twice while a deployment goes on."""
    return 2 * sum(
        int(stack.properties_of(service["TaskDefinition"])["Cpu"]) / 1024 * _most_tasks(stack, service)
        for stack, service in _services(assembly, region)
        if stack.properties_of(service["TaskDefinition"]).get("NetworkMode") == "awsvpc"
    )


def node_vcpus(assembly: Assembly, region: str) -> float:
    """LiveKit's nodes."""
    total = 0.0
    for stack, group in assembly.of_type("AWS::AutoScaling::AutoScalingGroup"):
        if stack.region == region:
            templates = [each.properties["LaunchTemplateData"] for each in stack.of_type("AWS::EC2::LaunchTemplate")]
            total += int(group.properties["MaxSize"]) * NODES[templates[0]["InstanceType"]].vcpus
    return total


def count_of(type_: str, **with_: str) -> Callable[[Assembly, str], float]:
    """How many resources of a type there are, with some properties."""

    def needed(assembly: Assembly, region: str) -> float:
        return sum(
            stack.region == region and with_.items() <= resource.properties.items()
            for stack, resource in assembly.of_type(type_)
        )

    return needed


def _services(assembly: Assembly, region: str) -> Iterator[tuple[StackTemplate, dict[str, Any]]]:
    for stack, service in assembly.of_type("AWS::ECS::Service"):
        if stack.region == region:
            yield stack, {**service.properties, "LogicalId": service.logical_id}


def _most_tasks(stack: StackTemplate, service: dict[str, Any]) -> int:
    for target in stack.of_type("AWS::ApplicationAutoScaling::ScalableTarget"):
        if f"'{service['LogicalId']}'" in str(target.properties["ResourceId"]):
            return int(target.properties["MaxCapacity"])
    return int(service.get("DesiredCount", 1))


def _addresses(region: str) -> int:
    return len(boto3.client("ec2", region_name=region).describe_addresses()["Addresses"])


def _vpcs(region: str) -> int:
    return len(boto3.client("ec2", region_name=region).describe_vpcs()["Vpcs"])


BALANCER: Final = "AWS::ElasticLoadBalancingV2::LoadBalancer"
NEEDS: Final = (
    Need("Fargate vCPUs", "fargate", "L-3032A538", fargate_vcpus),
    Need("EC2 vCPUs", "ec2", "L-1216C47A", node_vcpus),
    Need("fixed addresses", "ec2", "L-0263D0A3", count_of("AWS::EC2::EIP"), _addresses),
    Need("VPCs", "vpc", "L-F678F1CE", count_of("AWS::EC2::VPC"), _vpcs),
    Need("application load balancers", "elasticloadbalancing", "L-53DA6B97", count_of(BALANCER, Type="application")),
    Need("network load balancers", "elasticloadbalancing", "L-69A177A2", count_of(BALANCER, Type="network")),
)
