"""Properties that keep data, callers or evidence safe, and when a new value keeps them less."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from voicectl.alarms.definition import tells_somebody
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
            if was != now and guard.is_weaker(was, now) and (type_ != ALARM or _has_name(after)):
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


def _any_fewer(was: dict[str, float], now: dict[str, float]) -> bool:
    return any(name in now and now[name] < seconds for name, seconds in was.items())


def _alarm_reach(properties: Properties) -> tuple[str, float, float]:
    periods = [query["MetricStat"]["Period"] for query in properties.get("Metrics", []) if "MetricStat" in query]
    seconds = float(max(periods, default=properties.get("Period", 60)))
    minutes = float(properties.get("EvaluationPeriods", 1)) * seconds / 60
    return str(properties.get("ComparisonOperator", "")), float(properties.get("Threshold", 0)), minutes


def _has_name(properties: Properties) -> bool:
    """One without a name only moves a task count: the services' table shows it."""
    return "AlarmName" in properties


def _later(was: tuple[str, float, float], now: tuple[str, float, float]) -> bool:
    if was[0] != now[0]:
        return False
    beyond = now[1] < was[1] if was[0].startswith("Less") else now[1] > was[1]
    return beyond or now[2] > was[2]


def _points(properties: Properties) -> int:
    return int(properties.get("DatapointsToAlarm") or properties.get("EvaluationPeriods") or 1)


def _more(was: int, now: int) -> bool:
    return now > was


def _measured(properties: Properties) -> str:
    """What an alarm looks at: one metric, or every metric and the mathematics over them."""
    alone = {key: properties[key] for key in MEASURED if key in properties}
    return json.dumps(properties.get("Metrics") or alone, sort_keys=True, ensure_ascii=False)


def _suppressed(was: Any, now: Any) -> bool:
    return now is not None and was != now


def _longer(was: Any, now: Any) -> bool:
    return float(now or 0) > float(was or 0)


def _kept_days(properties: Properties) -> dict[str, float]:
    """For how long a bucket keeps what is in it: the shortest rule decides."""
    rules = properties.get("LifecycleConfiguration", {}).get("Rules", [])
    on = [rule for rule in rules if rule.get("Status") == "Enabled"]
    old = [rule["NoncurrentVersionExpiration"] for rule in on if "NoncurrentVersionExpiration" in rule]
    return {
        "objects": float(min((rule["ExpirationInDays"] for rule in on if "ExpirationInDays" in rule), default=FOREVER)),
        "old versions": float(min((each["NoncurrentDays"] for each in old), default=FOREVER)),
    }


def _smaller(was: str | None, now: str | None) -> bool:
    return was is not None and now is not None and _steps(now) < _steps(was)


def _steps(name: str) -> float:
    """A class's size in steps, such as 4 of `db.m7g.large`; sizes of two families are taken as alike."""
    family, _, size = name.rpartition(".")
    times = size.removesuffix("xlarge")
    step = SIZES.index(size) if size in SIZES else len(SIZES) - 1 + float(times if times.isdigit() else 1)
    return step - BURSTABLE if family.rpartition(".")[2].startswith("t") else step


def _rules(properties: Properties) -> list[str]:
    return [str(rule["Name"]) for rule in properties.get("Rules", [])]


def _some_gone(was: list[str], now: list[str]) -> bool:
    return bool(set(was) - set(now))


def _enforced(properties: Properties) -> dict[str, str]:
    """What each firewall rule matches and does, whatever its place and its metric's name."""
    return {
        str(rule["Name"]): json.dumps(
            {key: rule[key] for key in ("Statement", "Action", "OverrideAction") if key in rule}, sort_keys=True
        )
        for rule in properties.get("Rules", [])
    }


def _any_other(was: dict[str, str], now: dict[str, str]) -> bool:
    return any(name in now and now[name] != rule for name, rule in was.items())


def _lets_in(properties: Properties) -> str:
    return ", ".join(properties.get("DefaultAction", {}))


DATABASE, VALKEY, BUCKET = "AWS::RDS::DBInstance", "AWS::ElastiCache::ReplicationGroup", "AWS::S3::Bucket"
TASKS, ALARM, COMPOSITE = "AWS::ECS::Service", "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
SIZES: Final = ("nano", "micro", "small", "medium", "large", "xlarge")
BURSTABLE: Final = 0.5  # a burstable class of the same size does less, all day long
FIREWALL = "AWS::WAFv2::WebACL"
MEASURED = ("Namespace", "MetricName", "Dimensions", "Statistic", "ExtendedStatistic", "Unit")
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"

GUARDS: Final = (
    Guard(DATABASE, "deletion protection off", "one call deletes the database", _named("DeletionProtection"), _lost),
    Guard(DATABASE, "Multi-AZ off", "a failed zone is an outage", _named("MultiAZ"), _lost),
    Guard(DATABASE, "backup days lowered", "older mistakes cannot be undone", _named("BackupRetentionPeriod"), _fewer),
    Guard(DATABASE, "encryption off", "data lies in the clear", _named("StorageEncrypted"), _lost),
    Guard(DATABASE, "opened to the world", "the database has a public address", _named("PubliclyAccessible"), _gained),
    Guard(DATABASE, "master password unmanaged", "nobody rotates it", _named("ManageMasterUserPassword"), _lost),
    Guard(DATABASE, "database class lowered", "fewer calls at once", _named("DBInstanceClass"), _smaller),
    Guard(VALKEY, "node class lowered", "less memory for live state", _named("CacheNodeType"), _smaller),
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
    Guard(BUCKET, "deleted earlier", "what is kept today goes, and does not come back", _kept_days, _any_fewer),
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
    Guard("AWS::ECS::TaskDefinition", "task made smaller", "slower, or killed for memory", _named("Cpu"), _fewer),
    Guard("AWS::ECS::TaskDefinition", "task made smaller", "slower, or killed for memory", _named("Memory"), _fewer),
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
    Guard(ALARM, "alarm loosened", "it goes on later", _points, _more),
    Guard(ALARM, "alarm turned round", "it may never go on, or always", _named("ComparisonOperator"), _other),
    Guard(ALARM, "alarm measures something else", "what it was made for may go unseen", _measured, _other),
    Guard(ALARM, "alarm silenced", "nobody is told", tells_somebody, _lost),
    Guard(COMPOSITE, "alarm silenced", "nobody is told", tells_somebody, _lost),
    Guard(COMPOSITE, "alarm rule changed", "a part may tell nobody any more", _named("AlarmRule"), _other),
    Guard(COMPOSITE, "alarm suppressed", "it is quiet while another is on", _named("ActionsSuppressor"), _suppressed),
    Guard(COMPOSITE, "alarm suppressed", "it tells later", _named("ActionsSuppressorWaitPeriod"), _longer),
    Guard(COMPOSITE, "alarm suppressed", "it stays quiet longer", _named("ActionsSuppressorExtensionPeriod"), _longer),
    Guard(FIREWALL, "firewall rule removed", "requests come in unfiltered", _rules, _some_gone),
    Guard(FIREWALL, "firewall rule changed", "it may let in more, or only count", _enforced, _any_other),
    Guard(FIREWALL, "firewall lets in the rest", "what no rule knows comes in", _lets_in, _no_longer("Block")),
    Guard(ALARM, "missing data ignored", "silence is no fault any more", _named("TreatMissingData"),
          _no_longer("breaching")),
)  # fmt: skip
REMOVED: Final = {
    "AWS::CloudWatch::Alarm": ("alarm removed", "nobody is told any more"),
    "AWS::CloudWatch::CompositeAlarm": ("alarm removed", "nobody is told any more"),
    "AWS::WAFv2::WebACLAssociation": ("firewall removed", "requests reach the service unfiltered"),
    "AWS::WAFv2::WebACL": ("firewall removed", "requests reach the service unfiltered"),
    "AWS::EC2::FlowLog": ("flow log removed", "nobody can tell who talked to whom"),
    "AWS::Budgets::Budget": ("budget removed", "nobody is told of the bill"),
    "AWS::SNS::Subscription": ("subscription removed", "alarms reach one person fewer"),
}
