"""Who may do what, and what is open: the only places where permissions and openings are written.

Every exception to a rule of the reviewers is acknowledged beside what it concerns, with its reason.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import IConstruct


def acknowledge(construct: IConstruct, *findings: str, reason: str, reviewer: str = "AwsSolutions") -> None:
    """Accept findings about one construct.

    Args:
        findings: Such as `EC23` or `IAM5[Resource::*]`, without the reviewer's name.
        reason: Why they are right here; kept in the validation report.
        reviewer: Whose rules they are: `AwsSolutions`, `CloudFormation-Validate`, or `Annotation` for CDK's warnings.
    """
    prefix = "AwsSolutions-" if reviewer == "AwsSolutions" else ""
    for finding in findings:
        accepted = cdk.Acknowledgment(id=f"{reviewer}::{prefix}{finding}", reason=reason)
        cdk.Validations.of(construct).acknowledge(accepted)


def allow(
    role: iam.IRole,
    *,
    actions: Sequence[str],
    resources: Sequence[str],
    reason: str = "",
    conditions: Mapping[str, object] | None = None,
) -> None:
    """Allow exact actions on exact resources.

    Args:
        resources: ARNs; one with a `*` needs a reason.
        reason: Why a whole family of resources is meant.
        conditions: IAM conditions that narrow it.
    """
    role.add_to_principal_policy(
        iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=dict(conditions or {}))
    )
    for resource in resources:
        if "*" in resource:
            acknowledge(role, f"IAM5[Resource::{_as_reported(resource)}]", reason=reason)


def allow_task_protection(role: iam.IRole, *, cluster: str) -> None:
    """Let tasks of a cluster, given by its physical name, hold and release their own scale-in protection."""
    stack = cdk.Stack.of(role)
    allow(
        role,
        actions=["ecs:GetTaskProtection", "ecs:UpdateTaskProtection"],
        resources=[stack.format_arn(service="ecs", resource="task", resource_name=f"{cluster}/*")],
        reason="task ids are made by ECS; the cluster is this one",
    )


def allow_objects(role: iam.IRole, *, bucket: str, actions: Sequence[str], key: kms.IKey, prefix: str = "") -> None:
    """Let a task read or write objects of one bucket, given by its physical name.

    Args:
        actions: Such as `s3:PutObject`.
        prefix: Of the object keys, such as `spool/`.
    """
    objects = cdk.Stack.of(role).format_arn(
        service="s3", region="", account="", resource=bucket, resource_name=f"{prefix}*"
    )
    allow(role, actions=actions, resources=[objects], reason="object keys are made per session; the bucket is this one")
    allow(role, actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[key.key_arn])


def allow_publishing(role: iam.IRole, *, namespace: str) -> None:
    """Let a process publish metrics of one namespace."""
    allow(
        role,
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        reason="PutMetricData knows no resources; the condition names the namespace",
        conditions={"StringEquals": {"cloudwatch:namespace": namespace}},
    )


def open_between(consumer: ec2.IConnectable, provider: ec2.ISecurityGroup, *, port: int, what: str) -> None:
    """Let a consumer reach a port of a provider.

    The rule belongs to the consumer's stack: the provider's stack would otherwise depend on it.
    """
    group = cast(ec2.SecurityGroup, consumer.connections.security_groups[0])
    id_ = f"To{provider.node.path.rpartition('/')[0].rpartition('/')[2]}{port}"
    if group.node.try_find_child(id_):
        return
    ec2.CfnSecurityGroupIngress(
        group,
        id_,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        group_id=provider.security_group_id,
        source_security_group_id=group.security_group_id,
        description=what,
    )


def open_to_world(group: ec2.ISecurityGroup, port: ec2.Port, *, reason: str) -> None:
    """Open a port to every address; a test lists all calls of this by their ports."""
    group.add_ingress_rule(ec2.Peer.any_ipv4(), port, reason)
    acknowledge(group, "EC23", reason=reason)


def _as_reported(resource: str) -> str:
    """How cdk-nag writes the pseudo parameters of an ARN."""
    for token, name in (
        (cdk.Aws.ACCOUNT_ID, "AWS::AccountId"),
        (cdk.Aws.PARTITION, "AWS::Partition"),
        (cdk.Aws.REGION, "AWS::Region"),
    ):
        resource = resource.replace(token, f"<{name}>")
    return resource
