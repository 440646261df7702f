"""No change that bears on something is answered with a tick: each is named on the first screen, or listed to look at.

One row for each change that a reviewer once seeded and the page said nothing of.
"""

import copy
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from rich.console import Console

from tests.synthesis import Synthesis
from tests.voicectl.review.edited import Edit, Template, dict_of, edited, only, put, remove
from voicectl.review.change.concerns import Concern, concern_of
from voicectl.review.making import review_of
from voicectl.review.page import Review
from voicectl.review.show import words
from voicectl.review.show.html import html_of
from voicectl.review.show.markdown import markdown_of
from voicectl.review.show.terminal import print_page
from voicectl.review.sides import Side, Sides
from voicectl.review.templates import Assembly, read_assembly

FIRST_SCREEN: Final = 24  # lines of the smallest terminal
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


class Change(NamedTuple):
    """One change, and the words by which it must be known."""

    id: str
    stack: str
    edit: Edit
    said: tuple[str, ...]


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


CHANGES: Final = (
    Change("secret regenerated", "data", generate, ("SECRET REGENERATED", "PasswordLength 99")),
    Change("bucket policy removed", "data", remove(BUCKET_POLICY, like="Recordings"),
           ("RESOURCE POLICY REMOVED", "Buckets/Recordings/Policy")),
    Change("topic policy removed", "operations", remove(TOPIC_POLICY, like=""), ("RESOURCE POLICY REMOVED",)),
    Change("replaced without keeping", "data", entry(DATABASE, "UpdateReplacePolicy", "Delete"),
           ("NO LONGER KEPT", "Retain → Delete", "replacing it deletes the old one")),
    Change("secret not kept", "data", entry(SECRET, "DeletionPolicy", "Delete", like="SecretsLivekit"),
           ("NO LONGER KEPT", "Retain → Delete")),
    Change("bucket lets a stranger in", "data",
           statement(BUCKET_POLICY, "PolicyDocument", stranger("s3:GetObject"), like="Recordings"),
           ("POLICY LETS SOMEBODY IN", STRANGER)),
    Change("key lets a stranger in", "data", statement(KEY, "KeyPolicy", stranger("kms:Decrypt")),
           ("POLICY LETS SOMEBODY IN", STRANGER)),
    Change("topic lets a stranger in", "operations",
           statement(TOPIC_POLICY, "PolicyDocument", stranger("sns:Publish")), ("POLICY LETS SOMEBODY IN", STRANGER)),
    Change("repository lets a stranger in", "delivery",
           on_first("AWS::ECR::Repository", lambda told: told.update(
               RepositoryPolicyText={"Statement": [stranger("ecr:BatchGetImage")]})),
           ("POLICY LETS SOMEBODY IN", STRANGER)),
    Change("secret lets a stranger in", "data",
           lambda template: template["Resources"].update(Let={
               "Type": "AWS::SecretsManager::ResourcePolicy",
               "Properties": {"ResourcePolicy": {"Statement": [stranger("secretsmanager:GetSecretValue")]}}}),
           ("POLICY LETS SOMEBODY IN", STRANGER)),
    Change("function lets anybody in", "control-plane", open_function,
           ("POLICY LETS SOMEBODY IN", "lambda:InvokeFunction", "without SourceArn")),
    Change("more is allowed", "agents", allow("rds:DeleteDBInstance", "arn:aws:rds:us-east-1:1:db:voice"),
           ("permissions", "allow rds:DeleteDBInstance on arn:aws:rds:us-east-1:1:db:voice")),
    Change("an administrator's role may be passed", "agents", allow("iam:PassRole", "arn:aws:iam::1:role/admin"),
           ("permissions", "allow iam:PassRole on arn:aws:iam::1:role/admin")),
    Change("AWS's policy attached", "agents", managed("SecretsManagerReadWrite"),
           ("WILDCARD ACTION ADDED", "SecretsManagerReadWrite")),
    Change("another policy of AWS's attached", "agents", managed("service-role/AWSBackupServiceRolePolicyForRestores"),
           ("AWS'S POLICY ATTACHED", "AWSBackupServiceRolePolicyForRestores")),
    Change("question mark", "agents", allow("s3:GetObject?", "arn:aws:s3:::one"),
           ("WILDCARD ACTION ADDED", "s3:GetObject?")),
    Change("database from a public network", "data", data_door(CidrIp="52.0.0.0/8"),
           ("OPENED TO A NETWORK", "tcp 5432 from 52.0.0.0/8", "a public network")),
    Change("database from one address", "data", data_door(CidrIp="52.1.2.3/32"),
           ("OPENED TO A NETWORK", "tcp 5432 from 52.1.2.3/32")),
    Change("database from a private network", "data", data_door(CidrIp="10.0.0.0/8"),
           ("OPENED TO A NETWORK", "tcp 5432 from 10.0.0.0/8")),
    Change("all ports from a group", "data", data_door(SourceSecurityGroupId="sg-1", FromPort=0, ToPort=65535),
           ("PORTS WIDENED", "tcp 0–65535", "from sg-1")),
    Change("one port from another group", "data", data_door(SourceSecurityGroupId="sg-1"),
           ("network", "EC2::SecurityGroup", "sg-1")),
    Change("a group's rule widened", "control-plane",
           on_first(DOOR, lambda told: told.update(FromPort=0, ToPort=65535)), ("PORTS WIDENED", "→ tcp 0–65535")),
    Change("data subnet with public addresses", "network",
           on_first(SUBNET, lambda told: told.update(MapPublicIpOnLaunch=True), like="data"),
           ("OPENED TO THE WORLD", "what starts there has a public address")),
    Change("database's groups replaced", "data", put(DATABASE, "VPCSecurityGroups", ["sg-1"]),
           ("SECURITY GROUPS CHANGED", "sg-1")),
    Change("database without TLS", "data",
           on_first("AWS::RDS::DBParameterGroup", lambda told: told["Parameters"].update({"rds.force_ssl": "0"})),
           ("ENCRYPTION OFF", "1 → 0")),
    Change("Valkey without sign-in", "data", put(VALKEY, "AuthToken", None, like="Live"), ("SIGN-IN OFF",)),
    Change("Valkey with TLS if wanted", "data", put(VALKEY, "TransitEncryptionMode", "preferred", like="Live"),
           ("ENCRYPTION OFF", "required → preferred")),
    Change("no sign-in by IAM", "data", put(DATABASE, "EnableIAMDatabaseAuthentication", value=False),
           ("SIGN-IN BY IAM OFF",)),
    Change("disks in the clear", "media", clear_disks, ("ENCRYPTION OFF", "nodes' disks lie in the clear")),
    Change("public lists allowed", "data",
           put(BUCKET, "PublicAccessBlockConfiguration.BlockPublicAcls", value=False, like="Recordings"),
           ("OPENED TO THE WORLD", "objects may be made public")),
    Change("nodes end with their calls", "media",
           put(PROVIDER, "AutoScalingGroupProvider.ManagedTerminationProtection", "DISABLED"),
           ("SCALE-IN PROTECTION OFF",)),
    Change("nodes are not drained", "media", put(PROVIDER, "AutoScalingGroupProvider.ManagedDraining", "DISABLED"),
           ("DRAINING OFF",)),
    Change("nodes are not protected", "media", put(NODES, "NewInstancesProtectedFromScaleIn", value=False),
           ("SCALE-IN PROTECTION OFF",)),
    Change("no deregistration delay", "media", no_delay, ("DEREGISTRATION LOWERED", "300 → 0")),
    Change("one node", "media", put(NODES, "MaxSize", "1"), ("MAXIMUM LOWERED", "→ 1")),
    Change("smaller nodes", "media", smaller_nodes, ("NODE CLASS LOWERED", "c7g.xlarge → c7g.large")),
    Change("scaling policy removed", "agents", no_policy, ("SCALING POLICY REMOVED",)),
    Change("scaling alarm removed", "agents", without_scaling_alarm, ("watching", "CloudWatch::Alarm", "removed")),
    Change("scaling alarm never on", "agents", scaling_alarm(lambda told: told.update(Threshold=9900)),
           ("watching", "Threshold", "→ 9900")),
    Change("target raised", "agents", raised_target, ("SCALING TARGET RAISED", "→ 95")),
    Change("step of nothing", "agents", step_nothing, ("scaling", "StepAdjustments")),
    Change("scaling suspended", "agents",
           put(SCALED, "SuspendedState", {"DynamicScalingOutSuspended": True}), ("SCALING SUSPENDED",)),
    Change("ceilings lowered by schedule", "agents", lowered_ceilings, ("MAXIMUM LOWERED", "daily-midnight 80")),
    Change("other time zone", "agents", other_zone, ("scaling", "Timezone America/New_York → Asia/Tokyo")),
    Change("alarms tell another topic", "operations", foreign_topic, ("ALARM TELLS SOMEBODY ELSE", "elsewhere")),
    Change("subscription changed", "operations", put(SUBSCRIPTION, "Endpoint", "nobody@example.com"),
           ("ALARMS GO ELSEWHERE", "voice-oncall@example.com → nobody@example.com")),
    Change("subscription filtered", "operations", put(SUBSCRIPTION, "FilterPolicy", {"severity": ["none"]}),
           ("ALARMS FILTERED",)),
    Change("budget raised", "operations", dear, ("BUDGET RAISED", "12000 → 1200000")),
    Change("budget tells nobody", "operations", no_recipients, ("BUDGET TELLS FEWER", "→ nothing")),
    Change("flow log narrowed", "network", put(FLOW, "TrafficType", "REJECT"), ("FLOW LOG NARROWED", "ALL → REJECT")),
    Change("firewall lets all in first", "control-plane", allow_all_first, ("FIREWALL RULE LETS IN", "→ all")),
    Change("another firewall", "control-plane", put(FIREWALL_USE, "WebACLArn", "arn:aws:wafv2:1", like="ApiBalancer"),
           ("FIREWALL EXCHANGED", "arn:aws:wafv2:1")),
    Change("event rule off", "operations", put(RULE, "State", "DISABLED", like="DeploymentFailed"),
           ("EVENT RULE OFF", "ENABLED → DISABLED")),
    Change("event rule removed", "operations", remove(RULE, like="DeploymentFailed"), ("EVENT RULE REMOVED",)),
    Change("privileged", "agents", container(lambda told: told.update(Privileged=True)), ("PRIVILEGED", "agent on")),
    Change("root", "agents", container(lambda told: told.update(User="root")), ("USER CHANGED", "agent root")),
    Change("plain key", "agents", variable("OTHER_API_KEY", "sk-abcdefabcdef0123456789"),
           ("SECRET IN PLAIN SIGHT", "agent: OTHER_API_KEY")),
    Change("latest", "agents", container(lambda told: told.update(Image="example.com/agent:latest")),
           ("IMAGE NOT PINNED", "example.com/agent:latest")),
    Change("somebody's image", "agents", container(lambda told: told.update(Image="example.com/agent:sha-0a1b")),
           ("tasks", "ContainerDefinitions[agent].Image", "→ example.com/agent:sha-0a1b")),
    Change("no logs", "agents", container(lambda told: told.pop("LogConfiguration")), ("LOGS OFF",)),
    Change("no health check", "agents", container(lambda told: told.pop("HealthCheck")), ("HEALTH CHECK REMOVED",)),
    Change("shell", "agents", put(SERVICE, "EnableExecuteCommand", value=True), ("SHELL OPENED",)),
    Change("migration removed", "control-plane", remove("Custom::Migration", like=""), ("MIGRATION REMOVED",)),
    Change("order given up", "control-plane", entry("Custom::Migration", "DependsOn", []),
           ("tasks", "Custom::Migration", "DependsOn")),
    Change("condition", "data", entry(DATABASE, "Condition", "Never"), ("stores", "Condition nothing → Never")),
    Change("parameter's default", "media",
           lambda template: next(
               each for name, each in template["Parameters"].items() if name != "BootstrapVersion"
           ).update(Default="/somebody/image"),
           ("unknown", "Parameters", "/somebody/image")),
    Change("output that others read", "data",
           lambda template: next(iter(template["Outputs"].values())).update(Value="sg-1"),
           ("unknown", "Outputs", "→ sg-1")),
    Change("type that nobody knows", "data",
           lambda template: template["Resources"].update(New={"Type": "AWS::Glacier::Vault"}),
           ("unknown", "AWS::Glacier::Vault".removeprefix("AWS::"), "added")),
)  # fmt: skip


def compared(prod: Synthesis, folder: Path, *, stack: str, edit: Edit) -> Review:
    """Production with one thing changed against production."""
    changed = read_assembly(edited(prod.folder, into=folder, stack=stack, edit=edit))
    return review_of(Sides(Side("changed", changed), Side("main", prod.assembly)))


def screen(review: Review) -> str:
    """What a person sees before scrolling."""
    console = Console(file=StringIO(), width=100)
    print_page(review, console=console)
    assert isinstance(console.file, StringIO)
    shown = "\n".join(console.file.getvalue().splitlines()[:FIRST_SCREEN])
    return " ".join(shown.replace("│", " ").split())


@pytest.mark.xdist_group("prod")
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.id)
def test_a_change_is_named_or_looked_at(change: Change, prod: Synthesis, tmp_path: Path) -> None:
    """A tick that is wrong once is not read twice."""
    review = compared(prod, tmp_path, stack=change.stack, edit=change.edit)

    shown = screen(review)
    assert [said for said in change.said if said not in shown] == []
    assert words.mark(review) in ("❌", "👀")
    assert "nothing would be" not in shown


def _next_build(template: Template) -> None:
    """What every deployment changes."""
    told = only(template, TASK)["Properties"]["ContainerDefinitions"][0]
    parts = told["Image"]["Fn::Join"][1]
    parts[-1] = "/voiceplane-prod/agent:sha-0a1b2c3d"
    next(each for each in told["Environment"] if each["Name"] == "RELEASE")["Value"] = "sha-0a1b2c3d"


def _more_agents(template: Template) -> None:
    """A tighter bound everywhere."""
    target = only(template, SCALED)["Properties"]
    target["MaxCapacity"] = 90
    for action in target["ScheduledActions"]:
        action["ScalableTargetAction"]["MaxCapacity"] += 10


def _earlier_alarm(template: Template) -> None:
    """It goes on sooner."""
    told = next(
        each["Properties"]
        for each in template["Resources"].values()
        if each["Type"] == ALARM
        and each["Properties"]["ComparisonOperator"] == "GreaterThanThreshold"
        and each["Properties"]["Threshold"] > 1
    )
    told["Threshold"] -= 1


ORDINARY: Final = (
    ("agents", _next_build),
    ("agents", _more_agents),
    ("agents", put("AWS::Logs::LogGroup", "RetentionInDays", 180)),
    ("data", put(DATABASE, "BackupRetentionPeriod", 30)),
    ("data", put(DATABASE, "DBInstanceClass", "db.m7g.xlarge")),
    ("data", put(DATABASE, "Tags", [{"Key": "team", "Value": "voice"}])),
    ("operations", put("AWS::CloudWatch::Dashboard", "DashboardBody", "{}")),
    ("operations", put(ALARM, "AlarmDescription", "Other words.", like="AlarmsSessionsStuck")),
    ("operations", _earlier_alarm),
)
ORDINARY_NAMES: Final = (
    "next build",
    "more agents",
    "longer retention",
    "more backups",
    "larger database",
    "tags",
    "dashboard",
    "description",
    "stricter alarm",
)


@pytest.mark.xdist_group("prod")
@pytest.mark.parametrize(("stack", "edit"), ORDINARY, ids=ORDINARY_NAMES)
def test_what_is_ordinary_keeps_the_tick(stack: str, edit: Edit, prod: Synthesis, tmp_path: Path) -> None:
    """A page that always warns is not read."""
    review = compared(prod, tmp_path, stack=stack, edit=edit)

    assert words.mark(review) == "✅"
    assert review.changes is not None
    assert review.changes.resources != ()


def test_every_type_of_our_templates_has_a_concern(assembly: Assembly) -> None:
    """A new type is looked at each time until somebody says what it bears on."""
    types = {resource.type for _, resource in assembly.resources()}

    assert [type_ for type_ in types if concern_of(type_) is Concern.UNKNOWN] == []


@pytest.mark.xdist_group("prod")
def test_a_secret_is_on_no_page(prod: Synthesis, tmp_path: Path) -> None:
    """Whoever wrote one into a template must not find it in a public comment."""
    value = "sk-abcdefabcdef0123456789"

    def tell(template: Template) -> None:
        told = only(template, TASK)["Properties"]["ContainerDefinitions"][0]["Environment"]
        told += [{"Name": "OTHER_API_KEY", "Value": value}, {"Name": "HARMLESS", "Value": value}]

    review = compared(prod, tmp_path, stack="agents", edit=tell)

    for page in (review.model_dump_json(), markdown_of(review).replace("\\", ""), html_of(review), screen(review)):
        assert value not in page
        assert "OTHER_API_KEY" in page


@pytest.mark.xdist_group("prod")
def test_many_changes_are_counted_and_every_one_is_in_the_json(prod: Synthesis, tmp_path: Path) -> None:
    """Thirty lines are scrolled past, as one is not."""

    def new_groups(template: Template) -> None:
        model = only(template, GROUP, like="DatabaseAccess")
        for number in range(30):
            template["Resources"][f"Group{number}"] = copy.deepcopy(model)
            template["Resources"][f"Group{number}"]["Properties"]["SecurityGroupEgress"] = [
                {"CidrIp": f"10.0.{number}.0/24"}
            ]

    review = compared(prod, tmp_path, stack="data", edit=new_groups)

    assert review.changes is not None
    assert len(review.changes.unjudged) == 30
    assert len(words.look_lines(review.changes)) <= words.MOST_LOOKS + 1
    assert "30 changes to look at" in words.headline(review)
