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


# "Amazon ECS CloudWatch metrics" and "Container Insights metrics".
SERVICE_CPU: Final = _of("AWS/ECS", "CPUUtilization", Unit.PERCENT, "ClusterName", "ServiceName")
SERVICE_MEMORY: Final = _of("AWS/ECS", "MemoryUtilization", Unit.PERCENT, "ClusterName", "ServiceName")
SERVICE_RUNNING: Final = _of("ECS/ContainerInsights", "RunningTaskCount", Unit.COUNT, "ClusterName", "ServiceName")
RULE_TRIGGERED: Final = _of("AWS/Events", "TriggeredRules", Unit.COUNT, "RuleName")
RULE_MATCHED: Final = _of("AWS/Events", "MatchedEvents", Unit.COUNT, "RuleName")  # a rule without targets has it too

# "CloudWatch metrics for your Application Load Balancer" and the same for network load balancers.
ALB_RESPONSE_TIME: Final = _of("AWS/ApplicationELB", "TargetResponseTime", Unit.SECONDS, "LoadBalancer", "TargetGroup")
ALB_HEALTHY: Final = _of("AWS/ApplicationELB", "HealthyHostCount", Unit.COUNT, "LoadBalancer", "TargetGroup")
ALB_UNHEALTHY: Final = _of("AWS/ApplicationELB", "UnHealthyHostCount", Unit.COUNT, "LoadBalancer", "TargetGroup")
ALB_SERVER_ERRORS: Final = _of(
    "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", Unit.COUNT, "LoadBalancer", "TargetGroup"
)
ALB_REQUESTS: Final = _of("AWS/ApplicationELB", "RequestCount", Unit.COUNT, "LoadBalancer", "TargetGroup")
ALB_OWN_ERRORS: Final = _of("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", Unit.COUNT, "LoadBalancer")
ALB_REJECTED: Final = _of("AWS/ApplicationELB", "RejectedConnectionCount", Unit.COUNT, "LoadBalancer")
NLB_HEALTHY: Final = _of("AWS/NetworkELB", "HealthyHostCount", Unit.COUNT, "LoadBalancer", "TargetGroup")
NLB_UNHEALTHY: Final = _of("AWS/NetworkELB", "UnHealthyHostCount", Unit.COUNT, "LoadBalancer", "TargetGroup")
NLB_PORT_ERRORS: Final = _of("AWS/NetworkELB", "PortAllocationErrorCount", Unit.COUNT, "LoadBalancer")

# "Amazon CloudWatch metrics for Amazon RDS".
DATABASE_CPU: Final = _of("AWS/RDS", "CPUUtilization", Unit.PERCENT, "DBInstanceIdentifier")
DATABASE_CONNECTIONS: Final = _of("AWS/RDS", "DatabaseConnections", Unit.COUNT, "DBInstanceIdentifier")
DATABASE_FREE_STORAGE: Final = _of("AWS/RDS", "FreeStorageSpace", "Bytes", "DBInstanceIdentifier")
DATABASE_FREE_MEMORY: Final = _of("AWS/RDS", "FreeableMemory", "Bytes", "DBInstanceIdentifier")
DATABASE_WRITE_LATENCY: Final = _of("AWS/RDS", "WriteLatency", Unit.SECONDS, "DBInstanceIdentifier")
DATABASE_TRANSACTION_IDS: Final = _of("AWS/RDS", "MaximumUsedTransactionIDs", Unit.COUNT, "DBInstanceIdentifier")
DATABASE_REPLICA_LAG: Final = _of("AWS/RDS", "ReplicaLag", Unit.SECONDS, "DBInstanceIdentifier")

# "Metrics for Valkey and Redis OSS".
CACHE_CPU: Final = _of("AWS/ElastiCache", "EngineCPUUtilization", Unit.PERCENT, "CacheClusterId")
CACHE_MEMORY: Final = _of("AWS/ElastiCache", "DatabaseMemoryUsagePercentage", Unit.PERCENT, "CacheClusterId")
CACHE_EVICTIONS: Final = _of("AWS/ElastiCache", "Evictions", Unit.COUNT, "CacheClusterId")
CACHE_CONNECTIONS: Final = _of("AWS/ElastiCache", "CurrConnections", Unit.COUNT, "CacheClusterId")
CACHE_LAG: Final = _of("AWS/ElastiCache", "ReplicationLag", Unit.SECONDS, "CacheClusterId")

QUEUE_VISIBLE: Final = _of("AWS/SQS", "ApproximateNumberOfMessagesVisible", Unit.COUNT, "QueueName")
QUEUE_AGE: Final = _of("AWS/SQS", "ApproximateAgeOfOldestMessage", Unit.SECONDS, "QueueName")

# "NAT gateway metrics and dimensions", "AWS WAF metrics and dimensions" (a web ACL is meant by its metric's name),
# "Supported CloudWatch metrics" of Certificate Manager (twice a day), "Monitoring Amazon SNS topics".
NAT_PORT_ERRORS: Final = _of("AWS/NATGateway", "ErrorPortAllocation", Unit.COUNT, "NatGatewayId")
FIREWALL_BLOCKED: Final = _of("AWS/WAFV2", "BlockedRequests", Unit.COUNT, "WebACL", "Rule", "Region")
CERTIFICATE_DAYS: Final = _of("AWS/CertificateManager", "DaysToExpiry", Unit.COUNT, "CertificateArn")
NOTIFICATIONS_FAILED: Final = _of("AWS/SNS", "NumberOfNotificationsFailed", Unit.COUNT, "TopicName")

AWS_METRICS: Final = tuple(value for value in globals().values() if isinstance(value, AwsMetric))
