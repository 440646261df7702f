"""Dangerous and ordinary changes of production's templates, as a commit would make them."""

from collections.abc import Callable
from typing import Any, Final

from tests.voicectl.review.edited import Edit, Template, dict_of, only, put

STRANGER: Final = "arn:aws:iam::999999999999:root"
DATABASE, VALKEY, BUCKET = "AWS::RDS::DBInstance", "AWS::ElastiCache::ReplicationGroup", "AWS::S3::Bucket"
SECRET, KEY, ROLE, POLICY = "AWS::SecretsManager::Secret", "AWS::KMS::Key", "AWS::IAM::Role", "AWS::IAM::Policy"
BUCKET_POLICY, TOPIC_POLICY = "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy"
GROUP, DOOR, SUBNET = "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::Subnet"
NODE, NODES, PROVIDER = "AWS::EC2::LaunchTemplate", "AWS::AutoScaling::AutoScalingGroup", "AWS::ECS::CapacityProvider"
TARGETS, SERVICE, TASK = "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::ECS::Service", "AWS::ECS::TaskDefinition"
SCALED, SCALING = "AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy"
ALARM, BUDGET, FLOW = "AWS::CloudWatch::Alarm", "AWS::Budgets::Budget", "AWS::EC2::FlowLog"
SUBSCRIPTION, RULE = "AWS::SNS::Subscription", "AWS::Events::Rule"
FIREWALL, FIREWALL_USE = "AWS::WAFv2::WebACL", "AWS::WAFv2::WebACLAssociation"


def first(template: Template, type_: str, *, like: str = "") -> Template:
    """Answer the first resource of a type whose logical id has a part."""
    return next(dict_of(each) for id_, each in template["Resources"].items() if each["Type"] == type_ and like in id_)


def entry(type_: str, name: str, value: Any, *, like: str = "") -> Edit:
    """Set what stands beside a resource's properties."""
    return lambda template: only(template, type_, like=like).update({name: value})


def on_first(type_: str, change: Callable[[Template], Any], *, like: str = "") -> Edit:
    """Change the first one's properties."""

    def edit(template: Template) -> None:
        change(first(template, type_, like=like)["Properties"])

    return edit


def statement(type_: str, document: str, added: Template, *, like: str = "") -> Edit:
    """Add a statement to a policy."""
    return on_first(type_, lambda properties: properties[document]["Statement"].append(added), like=like)


def stranger(action: str) -> Template:
    """Somebody else's account may."""
    return {"Effect": "Allow", "Principal": {"AWS": STRANGER}, "Action": action, "Resource": "*"}


def allow(action: str, resource: str) -> Edit:
    """Allow the agents' task role something more."""
    added = {"Effect": "Allow", "Action": action, "Resource": resource}
    return statement(POLICY, "PolicyDocument", added, like="TaskTaskRoleDefaultPolicy")


def container(type_change: Callable[[Template], Any]) -> Edit:
    """Change the agents' container."""
    return on_first(TASK, lambda properties: type_change(properties["ContainerDefinitions"][0]))


def variable(name: str, value: str) -> Edit:
    """Tell the agents' container something in plain text."""
    return container(lambda told: told["Environment"].append({"Name": name, "Value": value}))


def let_in(like: str, rule: Template) -> Edit:
    """Add a rule to a security group."""

    def edit(template: Template) -> None:
        group = first(template, GROUP, like=like)["Properties"]
        group.setdefault("SecurityGroupIngress", []).append(rule)

    return edit


def foreign_topic(template: Template) -> None:
    """All alarms tell another topic."""
    for each in template["Resources"].values():
        if each["Type"] == ALARM and "AlarmName" in each["Properties"] and "AlarmActions" in each["Properties"]:
            each["Properties"]["AlarmActions"] = ["arn:aws:sns:us-east-1:999999999999:elsewhere"]


def scaling_alarm(change: Callable[[Template], Any]) -> Edit:
    """Change the first alarm that only moves a task count."""

    def edit(template: Template) -> None:
        found = next(
            each["Properties"]
            for each in template["Resources"].values()
            if each["Type"] == ALARM and "AlarmName" not in each["Properties"]
        )
        change(found)

    return edit


def without_scaling_alarm(template: Template) -> None:
    """A signal that nobody listens to."""
    del template["Resources"][
        next(
            id_
            for id_, each in template["Resources"].items()
            if each["Type"] == ALARM and "AlarmName" not in each["Properties"]
        )
    ]


def lowered_ceilings(template: Template) -> None:
    """The schedule leaves no room above its floor."""
    for action in only(template, SCALED)["Properties"]["ScheduledActions"]:
        bounds = action["ScalableTargetAction"]
        bounds["MaxCapacity"] = bounds["MinCapacity"]


def other_zone(template: Template) -> None:
    """Office hours are somebody else's."""
    for action in only(template, SCALED)["Properties"]["ScheduledActions"]:
        action["Timezone"] = "Asia/Tokyo"


def step_nothing(template: Template) -> None:
    """A policy that answers its alarm with nothing."""
    found = next(
        each["Properties"]["StepScalingPolicyConfiguration"]
        for each in template["Resources"].values()
        if each["Type"] == SCALING and "StepScalingPolicyConfiguration" in each["Properties"]
    )
    found["StepAdjustments"][0]["ScalingAdjustment"] = 0


def raised_target(template: Template) -> None:
    """From 60 or so percent to 95."""
    found = next(
        each["Properties"]["TargetTrackingScalingPolicyConfiguration"]
        for each in template["Resources"].values()
        if each["Type"] == SCALING and "TargetTrackingScalingPolicyConfiguration" in each["Properties"]
    )
    found["TargetValue"] = 95


def no_policy(template: Template) -> None:
    """One way to grow less."""
    del template["Resources"][next(id_ for id_, each in template["Resources"].items() if each["Type"] == SCALING)]


def allow_all_first(template: Template) -> None:
    """Nothing comes to the rules after it."""
    rule = {"Name": "all", "Priority": 0, "Action": {"Allow": {}}, "Statement": {"GeoMatchStatement": {}}}
    only(template, FIREWALL, like="ApiBalancer")["Properties"]["Rules"].insert(0, rule)


def no_delay(template: Template) -> None:
    """Connections end with their task."""
    first(template, TARGETS)["Properties"]["TargetGroupAttributes"][0]["Value"] = "0"


def open_function(template: Template) -> None:
    """Whoever knows the function's name calls it."""
    permission = only(template, "AWS::Lambda::Permission")["Properties"]
    permission["Principal"] = "*"
    permission.pop("SourceArn")


def managed(name: str) -> Edit:
    """Attach a policy of AWS's to the agents' task role."""
    arn = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":iam::aws:policy/{name}"]]}
    return put(ROLE, "ManagedPolicyArns", [arn], like="TaskTaskRole")


def generate(template: Template) -> None:
    """A longer password, and so another one."""
    first(template, SECRET, like="Livekit")["Properties"]["GenerateSecretString"]["PasswordLength"] = 99


def smaller_nodes(template: Template) -> None:
    """Half of each node."""
    only(template, NODE)["Properties"]["LaunchTemplateData"]["InstanceType"] = "c7g.large"


def clear_disks(template: Template) -> None:
    """Nodes' disks in the clear."""
    only(template, NODE)["Properties"]["LaunchTemplateData"]["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] = False


def no_recipients(template: Template) -> None:
    """Nobody hears of the bill."""
    only(template, BUDGET)["Properties"]["NotificationsWithSubscribers"] = []


def dear(template: Template) -> None:
    """A hundred times the bill."""
    only(template, BUDGET)["Properties"]["Budget"]["BudgetLimit"]["Amount"] = 1_200_000


def data_door(**rule: Any) -> Edit:
    """Another way to the database."""
    return let_in("DatabaseAccess", {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, **rule})


def next_build(template: Template) -> None:
    """What every deployment changes."""
    told = only(template, TASK)["Properties"]["ContainerDefinitions"][0]
    parts = told["Image"]["Fn::Join"][1]
    parts[-1] = "/voiceplane-prod/agent:sha-0a1b2c3d"
    next(each for each in told["Environment"] if each["Name"] == "RELEASE")["Value"] = "sha-0a1b2c3d"


def more_agents(template: Template) -> None:
    """A tighter bound everywhere."""
    target = only(template, SCALED)["Properties"]
    target["MaxCapacity"] = 90
    for action in target["ScheduledActions"]:
        action["ScalableTargetAction"]["MaxCapacity"] += 10


def earlier_alarm(template: Template) -> None:
    """It goes on sooner."""
    told = next(
        each["Properties"]
        for each in template["Resources"].values()
        if each["Type"] == ALARM
        and each["Properties"]["ComparisonOperator"] == "GreaterThanThreshold"
        and each["Properties"]["Threshold"] > 1
    )
    told["Threshold"] -= 1
