"""The metrics that AWS publishes about a service, with the names and dimensions of its documentation."""

from typing import Final

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2

from voice_constructs.scaling.signal import Source

# "Amazon ECS CloudWatch metrics" and "Container Insights metrics": dimensions ClusterName, ServiceName.
SERVICE_METRICS: Final = "AWS/ECS"
INSIGHTS: Final = "ECS/ContainerInsights"
LOAD_BALANCER_METRICS: Final = "AWS/ApplicationELB"


def cpu(service: ecs.BaseService) -> Source:
    """Answer CPU use of a service's tasks, percent of what they reserve."""
    return Source("cpu", SERVICE_METRICS, "CPUUtilization", _dimensions(service), "Average", "Percent")


def memory(service: ecs.BaseService) -> Source:
    """Answer memory use of a service's tasks, percent of what they reserve."""
    return Source("memory", SERVICE_METRICS, "MemoryUtilization", _dimensions(service), "Average", "Percent")


def running_tasks(service: ecs.BaseService) -> Source:
    """Answer how many tasks run; without a unit, which Container Insights does not promise."""
    return Source("reported", INSIGHTS, "RunningTaskCount", _dimensions(service), "Average", None)


def response_time_p95(group: elbv2.ApplicationTargetGroup, balancer: elbv2.ApplicationLoadBalancer) -> Source:
    """Answer the time that 95 % of a target group's requests take at most, seconds."""
    return Source(
        "response_time",
        LOAD_BALANCER_METRICS,
        "TargetResponseTime",
        (("LoadBalancer", balancer.load_balancer_full_name), ("TargetGroup", group.target_group_full_name)),
        "p95",
        "Seconds",
    )


def _dimensions(service: ecs.BaseService) -> tuple[tuple[str, str], ...]:
    return (("ClusterName", service.cluster.cluster_name), ("ServiceName", service.service_name))
