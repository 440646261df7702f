"""No change that bears on something is answered with a tick: each is named on the first screen, or listed to look at.

One row for each change that a reviewer once seeded and the page said nothing of.
"""

import copy
from io import StringIO
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from rich.console import Console

from tests.synthesis import Synthesis
from tests.voicectl.review.edited import Edit, Template, edited, only, put, remove
from tests.voicectl.review.mutations import (
    ALARM,
    BUCKET,
    BUCKET_POLICY,
    DATABASE,
    DOOR,
    FIREWALL_USE,
    FLOW,
    GROUP,
    KEY,
    NODES,
    POLICY,
    PROVIDER,
    RULE,
    SCALED,
    SECRET,
    SERVICE,
    STRANGER,
    SUBNET,
    SUBSCRIPTION,
    TASK,
    TOPIC_POLICY,
    VALKEY,
    allow,
    allow_all_first,
    clear_disks,
    container,
    data_door,
    dear,
    earlier_alarm,
    entry,
    foreign_topic,
    generate,
    lowered_ceilings,
    managed,
    more_agents,
    next_build,
    no_delay,
    no_policy,
    no_recipients,
    on_first,
    open_function,
    other_zone,
    raised_target,
    scaling_alarm,
    smaller_nodes,
    statement,
    step_nothing,
    stranger,
    variable,
    without_scaling_alarm,
)
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


class Change(NamedTuple):
    """One change, and the words by which it must be known."""

    id: str
    stack: str
    edit: Edit
    said: tuple[str, ...]


CHANGES: Final = (
    Change("secret regenerated", "data", generate, ("SECRET REGENERATED", "PasswordLength 99")),
    Change("secret written into the template", "data", put(SECRET, "SecretString", "hunter2", like="SecretsLivekit"),
           ("SECRET REGENERATED", "SecretString a value that is not shown")),
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
    Change("a policy's only statement", "agents",
           put(POLICY, "PolicyDocument.Statement", {"Effect": "Allow", "Action": "rds:Delete?", "Resource": "arn:one"},
               like="TaskTaskRoleDefaultPolicy"),
           ("WILDCARD ACTION ADDED", "rds:Delete? on arn:one")),
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


ORDINARY: Final = (
    ("agents", next_build),
    ("agents", more_agents),
    ("agents", put("AWS::Logs::LogGroup", "RetentionInDays", 180)),
    ("data", put(DATABASE, "BackupRetentionPeriod", 30)),
    ("data", put(DATABASE, "DBInstanceClass", "db.m7g.xlarge")),
    ("data", put(DATABASE, "Tags", [{"Key": "team", "Value": "voice"}])),
    ("operations", put("AWS::CloudWatch::Dashboard", "DashboardBody", "{}")),
    ("operations", put(ALARM, "AlarmDescription", "Other words.", like="AlarmsSessionsStuck")),
    ("operations", earlier_alarm),
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
