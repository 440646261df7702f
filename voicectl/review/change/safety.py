"""Properties that keep data, callers or evidence safe, and when a new value keeps them less."""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from voicectl.review.templates import Properties

FOREVER: Final = 10**6  # days of a log that is never deleted
Read = Callable[[Properties], Any]


class Guard(NamedTuple):
    """One property of one type.

    Attributes:
        what: The finding's kind, such as `backup days lowered`.
        read: The value, None when it is not said.
        is_weaker: Whether the second value is less safe than the first.
    """

    type: str
    what: str
    meaning: str
    read: Read
    is_weaker: Callable[[Any, Any], bool]


def weaker(type_: str, before: Properties, after: Properties) -> Iterator[tuple[Guard, Any, Any]]:
    """Yield the guards of a type that a change weakens, with both values."""
    for guard in GUARDS:
        if guard.type == type_:
            was, now = guard.read(before), guard.read(after)
            if was != now and guard.is_weaker(was, now) and (type_ != ALARM or _tells_people(after)):
                yield guard, was, now


def _named(*names: str) -> Read:
    def read(properties: Properties) -> Any:
        value: Any = properties
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    return read


def _attribute(key: str, of: str = "LoadBalancerAttributes") -> Read:
    return lambda properties: next((each["Value"] for each in properties.get(of, []) if each["Key"] == key), None)


def _lost(was: Any, now: Any) -> bool:
    return _is_on(was) and not _is_on(now)


def _gained(was: Any, now: Any) -> bool:
    return _is_on(now) and not _is_on(was)


def _is_on(value: Any) -> bool:
    return value not in (None, False, "false", "DISABLED", "disabled", [], {}, "")


def _fewer(was: Any, now: Any) -> bool:
    return was is not None and float(now or 0) < float(was)


def _no_longer(safe: str) -> Callable[[Any, Any], bool]:
    return lambda was, now: bool(was == safe and now != safe)


def _other(was: Any, now: Any) -> bool:
    return was is not None and was != now


def _retention(properties: Properties) -> Any:
    return properties.get("RetentionInDays", FOREVER)


def _retention_weaker(was: Any, now: Any) -> bool:
    """Shorter loses evidence; for ever keeps what callers were promised would go, and costs."""
    return bool(now == FOREVER or now < was)


def _containers(properties: Properties) -> dict[str, Any]:
    return {each["Name"]: each.get("StopTimeout", 30) for each in properties.get("ContainerDefinitions", [])}


def _any_fewer(was: dict[str, Any], now: dict[str, Any]) -> bool:
    return any(name in now and now[name] < seconds for name, seconds in was.items())


def _alarm_reach(properties: Properties) -> tuple[str, float, float]:
    minutes = float(properties.get("EvaluationPeriods", 1)) * float(properties.get("Period", 60)) / 60
    return str(properties.get("ComparisonOperator", "")), float(properties.get("Threshold", 0)), minutes


def _tells_people(properties: Properties) -> bool:
    """One without a name only moves a task count: the services' table shows it."""
    return "AlarmName" in properties


def _later(was: tuple[str, float, float], now: tuple[str, float, float]) -> bool:
    if was[0] != now[0]:
        return False
    beyond = now[1] < was[1] if was[0].startswith("Less") else now[1] > was[1]
    return beyond or now[2] > was[2]


def _is_enabled(properties: Properties) -> bool:
    return properties.get("ActionsEnabled", True) is not False and bool(properties.get("AlarmActions"))


DATABASE, VALKEY, BUCKET = "AWS::RDS::DBInstance", "AWS::ElastiCache::ReplicationGroup", "AWS::S3::Bucket"
TASKS, ALARM = "AWS::ECS::Service", "AWS::CloudWatch::Alarm"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"

GUARDS: Final = (
    Guard(DATABASE, "deletion protection off", "one call deletes the database", _named("DeletionProtection"), _lost),
    Guard(DATABASE, "Multi-AZ off", "a failed zone is an outage", _named("MultiAZ"), _lost),
    Guard(DATABASE, "backup days lowered", "older mistakes cannot be undone", _named("BackupRetentionPeriod"), _fewer),
    Guard(DATABASE, "encryption off", "data lies in the clear", _named("StorageEncrypted"), _lost),
    Guard(DATABASE, "opened to the world", "the database has a public address", _named("PubliclyAccessible"), _gained),
    Guard(DATABASE, "master password unmanaged", "nobody rotates it", _named("ManageMasterUserPassword"), _lost),
    Guard(VALKEY, "Multi-AZ off", "a failed zone is an outage", _named("MultiAZEnabled"), _lost),
    Guard(VALKEY, "failover off", "a failed node is an outage", _named("AutomaticFailoverEnabled"), _lost),
    Guard(VALKEY, "backup days lowered", "no snapshot to go back to", _named("SnapshotRetentionLimit"), _fewer),
    Guard(VALKEY, "encryption off", "data lies in the clear", _named("AtRestEncryptionEnabled"), _lost),
    Guard(VALKEY, "encryption off", "data is sent in the clear", _named("TransitEncryptionEnabled"), _lost),
    Guard(VALKEY, "replicas lowered", "less to fail over to", _named("ReplicasPerNodeGroup"), _fewer),
    Guard(BUCKET, "encryption off", "objects lie in the clear", _named("BucketEncryption"), _lost),
    Guard(BUCKET, "opened to the world", "objects may be made public",
          _named("PublicAccessBlockConfiguration", "BlockPublicPolicy"), _lost),
    Guard(BUCKET, "opened to the world", "objects may be made public",
          _named("PublicAccessBlockConfiguration", "RestrictPublicBuckets"), _lost),
    Guard(BUCKET, "versioning off", "what is overwritten is gone", _named("VersioningConfiguration", "Status"),
          _no_longer("Enabled")),
    Guard("AWS::KMS::Key", "key rotation off", "one key for ever", _named("EnableKeyRotation"), _lost),
    Guard("AWS::Logs::LogGroup", "log retention weaker", "evidence goes sooner, or is kept for ever", _retention,
          _retention_weaker),
    Guard("AWS::Logs::LogGroup", "encryption off", "lines lie in the clear", _named("KmsKeyId"), _lost),
    Guard("AWS::SNS::Topic", "encryption off", "messages lie in the clear", _named("KmsMasterKeyId"), _lost),
    Guard("AWS::ECR::Repository", "image tags mutable", "a tag may become another image", _named("ImageTagMutability"),
          _no_longer("IMMUTABLE")),
    Guard(TASKS, "rollback off", "a failed deployment stays",
          _named("DeploymentConfiguration", "DeploymentCircuitBreaker", "Rollback"), _lost),
    Guard(TASKS, "minimum healthy lowered", "a deployment takes capacity away",
          _named("DeploymentConfiguration", "MinimumHealthyPercent"), _fewer),
    Guard(TASKS, "tasks lowered", "less capacity", _named("DesiredCount"), _fewer),
    Guard(TASKS, "opened to the world", "tasks have public addresses",
          _named("NetworkConfiguration", "AwsvpcConfiguration", "AssignPublicIp"), _gained),
    Guard("AWS::ECS::TaskDefinition", "stop timeout lowered", "calls are cut when a task stops", _containers,
          _any_fewer),
    Guard("AWS::EC2::LaunchTemplate", "IMDSv2 not required", "any request from a node can read its credentials",
          _named("LaunchTemplateData", "MetadataOptions", "HttpTokens"), _no_longer("required")),
    Guard(BALANCER, "deletion protection off", "one call deletes the way in", _attribute("deletion_protection.enabled"),
          _lost),
    Guard(BALANCER, "opened to the world", "an internal load balancer faces the world", _named("Scheme"),
          _no_longer("internal")),
    Guard(BALANCER, "access logs off", "nobody can tell who called", _attribute("access_logs.s3.enabled"), _lost),
    Guard(LISTENER, "encryption off", "callers speak in the clear", _named("Protocol"), _no_longer("HTTPS")),
    Guard(LISTENER, "encryption off", "callers speak in the clear", _named("Protocol"), _no_longer("TLS")),
    Guard(LISTENER, "TLS policy changed", "older TLS may be accepted", _named("SslPolicy"), _other),
    Guard(ALARM, "alarm loosened", "it goes on later", _alarm_reach, _later),
    Guard(ALARM, "alarm silenced", "nobody is told", _is_enabled, _lost),
    Guard(ALARM, "missing data ignored", "silence is no fault any more", _named("TreatMissingData"),
          _no_longer("breaching")),
)  # fmt: skip
REMOVED: Final = {
    "AWS::CloudWatch::Alarm": ("alarm removed", "nobody is told any more"),
    "AWS::CloudWatch::CompositeAlarm": ("alarm removed", "nobody is told any more"),
    "AWS::WAFv2::WebACLAssociation": ("firewall removed", "requests reach the service unfiltered"),
    "AWS::EC2::FlowLog": ("flow log removed", "nobody can tell who talked to whom"),
    "AWS::Budgets::Budget": ("budget removed", "nobody is told of the bill"),
    "AWS::SNS::Subscription": ("subscription removed", "alarms reach one person fewer"),
}
