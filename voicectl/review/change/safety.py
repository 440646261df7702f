"""Properties that keep data, callers or evidence safe, and when a new value keeps them less."""

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from voicectl.alarms.definition import tells_somebody
from voicectl.review.change import directions as by
from voicectl.review.change import readings as of
from voicectl.review.change.leaves import Path
from voicectl.review.change.readings import (
    Reading,
    attribute,
    is_said,
    named,
    of_blocks,
    of_containers,
    of_schedule,
    texts,
)
from voicectl.review.change.secrets import PLAIN_SECRETS, REGENERATED
from voicectl.review.templates import Properties


class Guard(NamedTuple):
    """One property of one type.

    Attributes:
        what: The finding's kind, such as `backup days lowered`.
        read: The value.
        is_weaker: Whether the second value is less safe than the first.
        way_back: Whether the opposite is safe, and need not be looked at.
    """

    type: str
    what: str
    meaning: str
    read: Reading
    is_weaker: Callable[[Any, Any], bool]
    way_back: bool = True


def weaker(type_: str, before: Properties, after: Properties) -> Iterator[tuple[Guard, Any, Any]]:
    """Yield the guards of a type that a change weakens, with both values."""
    for guard in _guards_of(type_, after):
        was, now = guard.read.of(before), guard.read.of(after)
        if was != now and guard.is_weaker(was, now):
            yield guard, was, now


def is_judged(type_: str, before: Properties, after: Properties, path: Path) -> bool:
    """Whether a guard has said of a value that it is weaker, or that it is stronger: that it was weaker before."""
    for guard in _guards_of(type_, after):
        was, now = guard.read.of(before), guard.read.of(after)
        if was == now or not guard.read.has_read(path):
            continue
        if guard.is_weaker(was, now) or _is_stronger(guard, *_element(was, now, path)):
            return True
    return False


def _element(was: Any, now: Any, path: Path) -> tuple[Any, Any]:
    """Of several values the one that the path leads to: its neighbour's gain says nothing of it."""
    if not isinstance(was, dict) or not isinstance(now, dict):
        return was, now
    names = {part.strip("[]") for part in path if part.startswith("[")}
    mine, its = ({name: value for name, value in side.items() if name in names} or side for side in (was, now))
    return mine, its


def _is_stronger(guard: Guard, was: Any, now: Any) -> bool:
    """Whether the way back would be weaker; from nothing there is no way back to speak of."""
    if was is None or not guard.way_back or _is_other_family(guard, was, now):
        return False
    return was != now and guard.is_weaker(now, was)


def _is_other_family(guard: Guard, was: Any, now: Any) -> bool:
    """A larger node of another family may have another processor, for which no image was built."""
    return guard.type == NODE and guard.is_weaker is by.smaller and was.rpartition(".")[0] != now.rpartition(".")[0]


def _guards_of(type_: str, after: Properties) -> list[Guard]:
    """An alarm without a name only moves a task count; which way it is loose, its policy would have to say."""
    if type_ == ALARM and "AlarmName" not in after:
        return []
    return [guard for guard in GUARDS if guard.type == type_]


DATABASE, VALKEY, BUCKET = "AWS::RDS::DBInstance", "AWS::ElastiCache::ReplicationGroup", "AWS::S3::Bucket"
TASKS, ALARM, COMPOSITE = "AWS::ECS::Service", "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
FIREWALL, FIREWALL_USE = "AWS::WAFv2::WebACL", "AWS::WAFv2::WebACLAssociation"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"

SECRET, PARAMETERS, SUBNET = "AWS::SecretsManager::Secret", "AWS::RDS::DBParameterGroup", "AWS::EC2::Subnet"
NODE, NODES, PROVIDER = "AWS::EC2::LaunchTemplate", "AWS::AutoScaling::AutoScalingGroup", "AWS::ECS::CapacityProvider"
TARGETS, TASK = "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::ECS::TaskDefinition"
SCALED, POLICY = "AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy"
SUBSCRIPTION, BUDGET, FLOW, RULE = (
    "AWS::SNS::Subscription",
    "AWS::Budgets::Budget",
    "AWS::EC2::FlowLog",
    "AWS::Events::Rule",
)
TELLING: Final = Reading(tells_somebody, (("ActionsEnabled",), ("AlarmActions",)))
PUBLIC_BLOCK: Final = "PublicAccessBlockConfiguration"

GUARDS: Final = (
    Guard(DATABASE, "deletion protection off", "one call deletes the database", named("DeletionProtection"), by.lost),
    Guard(DATABASE, "Multi-AZ off", "a failed zone is an outage", named("MultiAZ"), by.lost),
    Guard(DATABASE, "backup days lowered", "older mistakes cannot be undone", named("BackupRetentionPeriod"), by.fewer),
    Guard(DATABASE, "encryption off", "data lies in the clear", named("StorageEncrypted"), by.lost),
    Guard(DATABASE, "opened to the world", "the database has a public address", named("PubliclyAccessible"), by.gained),
    Guard(DATABASE, "master password unmanaged", "nobody rotates it", named("ManageMasterUserPassword"), by.lost),
    Guard(DATABASE, "database class lowered", "fewer calls at once", named("DBInstanceClass"), by.smaller),
    Guard(VALKEY, "node class lowered", "less memory for live state", named("CacheNodeType"), by.smaller),
    Guard(VALKEY, "Multi-AZ off", "a failed zone is an outage", named("MultiAZEnabled"), by.lost),
    Guard(VALKEY, "failover off", "a failed node is an outage", named("AutomaticFailoverEnabled"), by.lost),
    Guard(VALKEY, "backup days lowered", "no snapshot to go back to", named("SnapshotRetentionLimit"), by.fewer),
    Guard(VALKEY, "encryption off", "data lies in the clear", named("AtRestEncryptionEnabled"), by.lost),
    Guard(VALKEY, "encryption off", "data is sent in the clear", named("TransitEncryptionEnabled"), by.lost),
    Guard(VALKEY, "replicas lowered", "less to fail over to", named("ReplicasPerNodeGroup"), by.fewer),
    Guard(BUCKET, "encryption off", "objects lie in the clear", named("BucketEncryption"), by.lost),
    Guard(BUCKET, "opened to the world", "objects may be made public",
          named("PublicAccessBlockConfiguration", "BlockPublicPolicy"), by.lost),
    Guard(BUCKET, "opened to the world", "objects may be made public",
          named("PublicAccessBlockConfiguration", "RestrictPublicBuckets"), by.lost),
    Guard(BUCKET, "deleted earlier", "what is kept today goes, and does not come back", of.KEPT_DAYS, by.any_fewer),
    Guard(BUCKET, "versioning off", "what is overwritten is gone", named("VersioningConfiguration", "Status"),
          by.no_longer("Enabled")),
    Guard("AWS::KMS::Key", "key rotation off", "one key for ever", named("EnableKeyRotation"), by.lost),
    Guard("AWS::Logs::LogGroup", "log retention weaker", "evidence goes sooner, or is kept for ever", of.RETENTION,
          by.kept_badly),
    Guard("AWS::Logs::LogGroup", "encryption off", "lines lie in the clear", named("KmsKeyId"), by.lost),
    Guard("AWS::SNS::Topic", "encryption off", "messages lie in the clear", named("KmsMasterKeyId"), by.lost),
    Guard("AWS::ECR::Repository", "image tags mutable", "a tag may become another image", named("ImageTagMutability"),
          by.no_longer("IMMUTABLE")),
    Guard(TASKS, "rollback off", "a failed deployment stays",
          named("DeploymentConfiguration", "DeploymentCircuitBreaker", "Rollback"), by.lost),
    Guard(TASKS, "minimum healthy lowered", "a deployment takes capacity away",
          named("DeploymentConfiguration", "MinimumHealthyPercent"), by.fewer),
    Guard(TASKS, "tasks lowered", "less capacity", named("DesiredCount"), by.fewer, way_back=False),
    Guard(TASKS, "opened to the world", "tasks have public addresses",
          named("NetworkConfiguration", "AwsvpcConfiguration", "AssignPublicIp"), by.gained, way_back=False),
    Guard(TASK, "stop timeout lowered", "calls are cut when a task stops", of_containers("StopTimeout", default=30),
          by.any_fewer),
    Guard(TASK, "task made smaller", "slower, or killed for memory", named("Cpu"), by.fewer),
    Guard(TASK, "task made smaller", "slower, or killed for memory", named("Memory"), by.fewer),
    Guard(NODE, "IMDSv2 not required", "any request from a node can read its credentials",
          named("LaunchTemplateData", "MetadataOptions", "HttpTokens"), by.no_longer("required")),
    Guard(BALANCER, "deletion protection off", "one call deletes the way in", attribute("deletion_protection.enabled"),
          by.lost),
    Guard(BALANCER, "opened to the world", "an internal load balancer faces the world", named("Scheme"),
          by.no_longer("internal")),
    Guard(BALANCER, "access logs off", "nobody can tell who called", attribute("access_logs.s3.enabled"), by.lost),
    Guard(LISTENER, "encryption off", "callers speak in the clear", named("Protocol"), by.no_longer("HTTPS")),
    Guard(LISTENER, "encryption off", "callers speak in the clear", named("Protocol"), by.no_longer("TLS")),
    Guard(LISTENER, "TLS policy changed", "older TLS may be accepted", named("SslPolicy"), by.other),
    Guard(ALARM, "alarm loosened", "it goes on later", of.REACH, by.later),
    Guard(ALARM, "alarm loosened", "it goes on later", of.POINTS, by.more),
    Guard(ALARM, "alarm turned round", "it may never go on, or always", named("ComparisonOperator"), by.other),
    Guard(ALARM, "alarm measures something else", "what it was made for may go unseen", of.MEASURED_BY_ALARM, by.other),
    Guard(ALARM, "alarm silenced", "nobody is told", TELLING, by.lost),
    Guard(COMPOSITE, "alarm silenced", "nobody is told", TELLING, by.lost),
    Guard(COMPOSITE, "alarm rule changed", "a part may tell nobody any more", named("AlarmRule"), by.other),
    Guard(COMPOSITE, "alarm suppressed", "it is quiet while another is on", named("ActionsSuppressor"), by.begun),
    Guard(COMPOSITE, "alarm suppressed", "it tells later", named("ActionsSuppressorWaitPeriod"), by.more),
    Guard(COMPOSITE, "alarm suppressed", "it stays quiet longer", named("ActionsSuppressorExtensionPeriod"), by.more),
    Guard(FIREWALL, "firewall rule removed", "requests come in unfiltered", of.RULES, by.some_gone),
    Guard(FIREWALL, "firewall rule changed", "it may let in more, or only count", of.ENFORCED, by.any_other),
    Guard(FIREWALL, "firewall lets in the rest", "what no rule knows comes in", of.LETS_IN, by.no_longer("Block")),
    Guard(ALARM, "missing data ignored", "silence is no fault any more", named("TreatMissingData"),
          by.no_longer("breaching")),
    Guard(SECRET, "secret regenerated", "CloudFormation writes a new value; whoever holds the old one is locked out",
          REGENERATED, by.any_change),
    Guard(DATABASE, "database sign-in by IAM off", "a task needs a password that never expires",
          named("EnableIAMDatabaseAuthentication"), by.lost),
    Guard(DATABASE, "security groups changed", "other doors than the reviewed ones lead to the data",
          texts(named("VPCSecurityGroups")), by.any_change),
    Guard(DATABASE, "insights off", "nobody sees which query is slow", named("EnablePerformanceInsights"), by.lost),
    Guard(DATABASE, "log export removed", "what the database says is not kept",
          texts(named("EnableCloudwatchLogsExports")), by.some_gone),
    Guard(PARAMETERS, "encryption off", "tasks may speak to the database in the clear",
          named("Parameters", "rds.force_ssl"), by.no_longer("1")),
    Guard(VALKEY, "sign-in off", "whoever reaches the port reads and writes live state", is_said("AuthToken"), by.lost),
    Guard(VALKEY, "encryption off", "clients may speak in the clear", named("TransitEncryptionMode"),
          by.no_longer("required")),
    Guard(VALKEY, "security groups changed", "other doors than the reviewed ones lead to the data",
          texts(named("SecurityGroupIds")), by.any_change),
    Guard(BUCKET, "opened to the world", "objects may be made public", named(PUBLIC_BLOCK, "BlockPublicAcls"), by.lost),
    Guard(BUCKET, "opened to the world", "objects may be made public", named(PUBLIC_BLOCK, "IgnorePublicAcls"),
          by.lost),
    Guard(BUCKET, "access logs off", "nobody can tell who read", named("LoggingConfiguration"), by.lost),
    Guard(SUBNET, "opened to the world", "what starts there has a public address", named("MapPublicIpOnLaunch"),
          by.gained, way_back=False),
    Guard(NODE, "encryption off", "nodes' disks lie in the clear", of_blocks("Ebs", "Encrypted"), by.any_lost),
    Guard(NODE, "node class lowered", "fewer calls a node", named("LaunchTemplateData", "InstanceType"), by.smaller),
    Guard(NODES, "scale-in protection off", "scaling in ends nodes that have calls",
          named("NewInstancesProtectedFromScaleIn"), by.lost),
    Guard(NODES, "maximum lowered", "callers are refused earlier", named("MaxSize"), by.fewer),
    Guard(NODES, "minimum lowered", "fewer nodes wait for callers", named("MinSize"), by.fewer),
    Guard(PROVIDER, "scale-in protection off", "scaling in ends nodes that have calls",
          named("AutoScalingGroupProvider", "ManagedTerminationProtection"), by.lost),
    Guard(PROVIDER, "draining off", "a node ends before its calls do",
          named("AutoScalingGroupProvider", "ManagedDraining", default="ENABLED"), by.lost),
    Guard(PROVIDER, "scaling off", "no node comes when tasks wait for one",
          named("AutoScalingGroupProvider", "ManagedScaling", "Status"), by.lost),
    Guard(TARGETS, "deregistration lowered", "connections break off when a task goes",
          attribute("deregistration_delay.timeout_seconds", of="TargetGroupAttributes"), by.fewer),
    Guard(TARGETS, "connections ended", "connections break off when a task goes",
          attribute("deregistration_delay.connection_termination.enabled", of="TargetGroupAttributes"), by.gained),
    Guard(SCALED, "maximum lowered", "callers are refused earlier at these hours", of_schedule("MaxCapacity"),
          by.any_fewer),
    Guard(SCALED, "minimum lowered", "fewer tasks wait for callers from then on", of_schedule("MinCapacity"),
          by.any_fewer),
    *(
        Guard(SCALED, "scaling suspended", "the number of tasks stays as it is", named("SuspendedState", part),
              by.gained)
        for part in ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
    ),
    Guard(POLICY, "scaling target raised", "tasks come later, each is fuller",
          named("TargetTrackingScalingPolicyConfiguration", "TargetValue"), by.more),
    Guard(TASKS, "shell opened", "whoever may call ExecuteCommand is inside the tasks", named("EnableExecuteCommand"),
          by.gained),
    Guard(TASK, "privileged", "whoever breaks out of the container has the node", of_containers("Privileged"),
          by.any_gained),
    Guard(TASK, "user changed", "root inside is one mistake from root outside", of_containers("User"),
          by.any_other_than_before),
    Guard(TASK, "file system writable", "whoever breaks in may change the code",
          of_containers("ReadonlyRootFilesystem"), by.any_lost),
    Guard(TASK, "health check removed", "a hung task keeps its callers", of_containers("HealthCheck"), by.any_lost),
    Guard(TASK, "logs off", "nobody can tell what it did", of_containers("LogConfiguration"), by.any_lost),
    Guard(TASK, "image not pinned", "the next task may run another build", of_containers("Image"), by.unpinned,
          way_back=False),
    Guard(TASK, "secret in plain sight", "whoever may describe the task reads it", PLAIN_SECRETS, by.some_new),
    Guard(ALARM, "alarm tells somebody else", "who was told is not told any more", texts(named("AlarmActions")),
          by.some_exchanged),
    Guard(COMPOSITE, "alarm tells somebody else", "who was told is not told any more", texts(named("AlarmActions")),
          by.some_exchanged),
    Guard(SUBSCRIPTION, "alarms go elsewhere", "who was told is not told any more", named("Endpoint"), by.other),
    Guard(SUBSCRIPTION, "alarms go elsewhere", "who was told is not told any more", named("TopicArn"), by.other),
    Guard(SUBSCRIPTION, "alarms filtered", "some are told to nobody", named("FilterPolicy"), by.begun),
    Guard(BUDGET, "budget raised", "somebody is told of the bill later", named("Budget", "BudgetLimit", "Amount"),
          by.more),
    Guard(BUDGET, "budget tells fewer", "who was told of the bill is not told any more", of.BUDGET_TELLS, by.some_gone),
    Guard(FLOW, "flow log narrowed", "what it leaves out, nobody can find later", named("TrafficType"),
          by.no_longer("ALL")),
    Guard(RULE, "event rule off", "nobody is told", named("State", default="ENABLED"), by.no_longer("ENABLED")),
    Guard(FIREWALL, "firewall rule lets in", "what it matches passes the rules after it", of.LETTING_IN, by.some_new),
    Guard(FIREWALL_USE, "firewall exchanged", "other rules than the reviewed ones filter requests", named("WebACLArn"),
          by.other),
)  # fmt: skip
REMOVED: Final = {
    "AWS::ApplicationAutoScaling::ScalableTarget": ("scaling removed", "the number of tasks stays as it is"),
    "AWS::ApplicationAutoScaling::ScalingPolicy": ("scaling policy removed", "its signal moves no task count any more"),
    "AWS::CloudWatch::Alarm": ("alarm removed", "nobody is told any more"),
    "AWS::CloudWatch::CompositeAlarm": ("alarm removed", "nobody is told any more"),
    "AWS::WAFv2::WebACLAssociation": ("firewall removed", "requests reach the service unfiltered"),
    "AWS::WAFv2::WebACL": ("firewall removed", "requests reach the service unfiltered"),
    "AWS::Events::Rule": ("event rule removed", "nobody is told of what it waited for"),
    "AWS::S3::BucketPolicy": ("resource policy removed", "what it forbade may be done, such as requests without TLS"),
    "AWS::SNS::TopicPolicy": ("resource policy removed", "what it forbade may be done, such as requests without TLS"),
    "AWS::SQS::QueuePolicy": ("resource policy removed", "what it forbade may be done, such as requests without TLS"),
    "Custom::Migration": ("migration removed", "new code meets a database of the old form"),
    "AWS::EC2::FlowLog": ("flow log removed", "nobody can tell who talked to whom"),
    "AWS::Budgets::Budget": ("budget removed", "nobody is told of the bill"),
    "AWS::SNS::Subscription": ("subscription removed", "alarms reach one person fewer"),
}
