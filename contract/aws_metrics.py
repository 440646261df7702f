"""AWS's own metrics that policies, alarms and the dashboard read, by their names in CloudWatch."""

from typing import Final

from pydantic import BaseModel, ConfigDict

from contract.metrics import Unit


class AwsMetric(BaseModel):
    """One metric that an AWS service publishes.

    Attributes:
        dimensions: Names of the dimensions it is read with.
    """

    model_config = ConfigDict(frozen=True)

    namespace: str
    name: str
    unit: Unit | str
    dimensions: tuple[str, ...]


def _of(namespace: str, name: str, unit: Unit | str, *dimensions: str) -> AwsMetric:
    return AwsMetric(namespace=namespace, name=name, unit=unit, dimensions=dimensions)


SERVICE_CPU: Final = _of("AWS/ECS", "CPUUtilization", Unit.PERCENT, "ClusterName", "ServiceName")
SERVICE_MEMORY: Final = _of("AWS/ECS", "MemoryUtilization", Unit.PERCENT, "ClusterName", "ServiceName")
SERVICE_RUNNING: Final = _of("ECS/ContainerInsights", "RunningTaskCount", Unit.COUNT, "ClusterName", "ServiceName")
RULE_TRIGGERED: Final = _of("AWS/Events", "TriggeredRules", Unit.COUNT, "RuleName")

ALB_RESPONSE_TIME: Final = _of("AWS/ApplicationELB", "TargetResponseTime", Unit.SECONDS, "LoadBalancer", "TargetGroup")
ALB_UNHEALTHY: Final = _of("AWS/ApplicationELB", "UnHealthyHostCount", Unit.COUNT, "LoadBalancer", "TargetGroup")
ALB_SERVER_ERRORS: Final = _of(
    "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", Unit.COUNT, "LoadBalancer", "TargetGroup"
)
ALB_REQUESTS: Final = _of("AWS/ApplicationELB", "RequestCount", Unit.COUNT, "LoadBalancer", "TargetGroup")
NLB_UNHEALTHY: Final = _of("AWS/NetworkELB", "UnHealthyHostCount", Unit.COUNT, "LoadBalancer", "TargetGroup")

DATABASE_CPU: Final = _of("AWS/RDS", "CPUUtilization", Unit.PERCENT, "DBInstanceIdentifier")
DATABASE_CONNECTIONS: Final = _of("AWS/RDS", "DatabaseConnections", Unit.COUNT, "DBInstanceIdentifier")
DATABASE_FREE_STORAGE: Final = _of("AWS/RDS", "FreeStorageSpace", "Bytes", "DBInstanceIdentifier")
DATABASE_REPLICA_LAG: Final = _of("AWS/RDS", "ReplicaLag", Unit.SECONDS, "DBInstanceIdentifier")

CACHE_CPU: Final = _of("AWS/ElastiCache", "EngineCPUUtilization", Unit.PERCENT, "CacheClusterId")
CACHE_MEMORY: Final = _of("AWS/ElastiCache", "DatabaseMemoryUsagePercentage", Unit.PERCENT, "CacheClusterId")
CACHE_EVICTIONS: Final = _of("AWS/ElastiCache", "Evictions", Unit.COUNT, "CacheClusterId")

QUEUE_VISIBLE: Final = _of("AWS/SQS", "ApproximateNumberOfMessagesVisible", Unit.COUNT, "QueueName")
QUEUE_AGE: Final = _of("AWS/SQS", "ApproximateAgeOfOldestMessage", Unit.SECONDS, "QueueName")
