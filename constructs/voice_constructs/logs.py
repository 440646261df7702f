"""Log groups: kept for a stated time, gone with what wrote them."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct


def log_group(scope: Construct, id_: str, *, days: int) -> logs.LogGroup:
    """Make a log group.

    Args:
        days: How long lines are kept; the configuration allows only CloudWatch's own periods.
    """
    group = logs.LogGroup(scope, id_, removal_policy=RemovalPolicy.DESTROY)
    resource = group.node.default_child
    assert isinstance(resource, logs.CfnLogGroup)
    resource.retention_in_days = days
    return group
