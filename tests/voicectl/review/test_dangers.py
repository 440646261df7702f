"""Every dangerous change is named on the first screen, whatever else has changed.

Each is seeded into a copy of production's templates, and the whole command is run against the templates as they are.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from typer.testing import CliRunner

from tests.synthesis import Synthesis
from tests.voicectl.review.edited import Edit, Template, edited, only, put, remove, rename
from voicectl.command_line import app

FIRST_SCREEN: Final = 24  # lines of the smallest terminal
DATABASE, VALKEY, BUCKET = "AWS::RDS::DBInstance", "AWS::ElastiCache::ReplicationGroup", "AWS::S3::Bucket"
TARGET, SERVICE, TASK = "AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ECS::Service", "AWS::ECS::TaskDefinition"
GROUP, POLICY, LOGS = "AWS::EC2::SecurityGroup", "AWS::IAM::Policy", "AWS::Logs::LogGroup"
ROLE = "AWS::IAM::Role"
ALARM, BALANCER = "AWS::CloudWatch::Alarm", "AWS::ElasticLoadBalancingV2::LoadBalancer"
COMPOSITE, FIREWALL = "AWS::CloudWatch::CompositeAlarm", "AWS::WAFv2::WebACL"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"


class Danger(NamedTuple):
    """One change, and the words that must be seen."""

    id: str
    stack: str
    edit: Edit
    said: tuple[str, ...]


def open_port(template: Template) -> None:
    """SSH, for everybody."""
    rule = {"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "Description": "SSH"}
    only(template, GROUP, like="NodesAccess")["Properties"]["SecurityGroupIngress"].append(rule)


def open_same_port_elsewhere(template: Template) -> None:
    """443 is open twice in this stack already; a third time is a third way in."""
    group = only(template, GROUP, like="InternalBalancerAccess")["Properties"]
    group["SecurityGroupIngress"][0].update(CidrIp="0.0.0.0/0", Description="for a test")


def open_half_the_world(template: Template) -> None:
    """The other half would be the next commit's."""
    rule = {"CidrIp": "128.0.0.0/1", "IpProtocol": "-1", "Description": "half"}
    only(template, GROUP, like="NodesAccess")["Properties"]["SecurityGroupIngress"].append(rule)


def open_port_beside(template: Template) -> None:
    """A rule of its own, for every IPv6 address."""
    properties = {"CidrIpv6": "::/0", "IpProtocol": "tcp", "FromPort": 5433, "ToPort": 5433, "GroupId": "sg-1"}
    template["Resources"]["Hole"] = {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": properties}


def allow(action: str, resource: str) -> Edit:
    """Allow the agents' task role something more."""

    def edit(template: Template) -> None:
        policy = only(template, POLICY, like="TaskTaskRoleDefaultPolicy")["Properties"]["PolicyDocument"]
        policy["Statement"].append({"Effect": "Allow", "Action": action, "Resource": resource})

    return edit


def let_anybody_in(template: Template) -> None:
    """Whoever knows the queue's, bucket's or key's name."""
    statements = only(template, "AWS::S3::BucketPolicy", like="Recordings")["Properties"]["PolicyDocument"]["Statement"]
    statements.append({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": "*"})


def make_administrator(template: Template) -> None:
    """AWS's own policy for everything."""
    role = only(template, "AWS::IAM::Role", like="TaskTaskRole")["Properties"]
    role["ManagedPolicyArns"] = [
        {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/AdministratorAccess"]]}
    ]


def trust_every_repository(template: Template) -> None:
    """Whoever writes a workflow anywhere on GitHub deploys here."""
    [statement] = only(template, ROLE)["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    subject = {"token.actions.githubusercontent.com:sub": "repo:*"}
    statement["Condition"] = {"StringLike": subject}


def trust_a_foreign_account(template: Template) -> None:
    """Somebody else's administrators become the agents."""
    statements = only(template, ROLE, like="TaskTaskRole")["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    stranger = {"AWS": "arn:aws:iam::999999999999:root"}
    statements.append({"Effect": "Allow", "Principal": stranger, "Action": "sts:AssumeRole"})


def add_a_foreign_role(template: Template) -> None:
    """A new role, and who may take it sits elsewhere."""
    trust = {"Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "sts:AssumeRole"}
    properties = {"AssumeRolePolicyDocument": {"Statement": [trust]}}
    template["Resources"]["Visitor"] = {"Type": "AWS::IAM::Role", "Properties": properties}


def lift_conditions(template: Template) -> None:
    """What the pipeline may do to some things it may do to all."""
    for statement in only(template, POLICY)["Properties"]["PolicyDocument"]["Statement"]:
        statement.pop("Condition", None)


def lift_denials(template: Template) -> None:
    """Recordings may be read without TLS."""
    document = only(template, "AWS::S3::BucketPolicy", like="Recordings")["Properties"]["PolicyDocument"]
    document["Statement"] = [each for each in document["Statement"] if each["Effect"] != "Deny"]


def only_count(template: Template) -> None:
    """The firewall sees everything and stops nothing."""
    for rule in only(template, FIREWALL, like="ApiBalancer")["Properties"]["Rules"]:
        rule["OverrideAction"] = {"Count": {}}


def forget_the_rest(template: Template) -> None:
    """One part of the composite tells nobody any more."""
    composite = only(template, COMPOSITE, like="AlarmsDatabaseAway")["Properties"]
    composite["AlarmRule"] = composite["AlarmRule"].partition(" OR ")[0]


def nullify_mathematics(template: Template) -> None:
    """A ratio that is always nothing never goes on."""
    for entry in template["Resources"].values():
        for query in entry["Properties"].get("Metrics", []) if entry["Type"] == ALARM else []:
            if "Expression" in query:
                query["Expression"] = "0*part"


def lower_minimum_at_night(template: Template) -> None:
    """The floor holds by day, and not when the schedule says otherwise."""
    actions = only(template, TARGET, like="Api")["Properties"]["ScheduledActions"]
    actions[0]["ScalableTargetAction"]["MinCapacity"] = 1


def lower_minimum_by_day(template: Template) -> None:
    """Office hours get five agents instead of twenty, and nothing else changes."""
    actions = only(template, TARGET)["Properties"]["ScheduledActions"]
    [office] = [each for each in actions if each["ScheduledActionName"] == "weekday-office-hours-start"]
    office["ScalableTargetAction"]["MinCapacity"] = 5


def shorten_stop(template: Template) -> None:
    """Fargate kills the agent thirty seconds after it was asked to go."""
    only(template, TASK)["Properties"]["ContainerDefinitions"][0]["StopTimeout"] = 30


def no_longer_kept(template: Template) -> None:
    """The database goes with its stack."""
    only(template, DATABASE)["DeletionPolicy"] = "Delete"


def in_the_clear(template: Template) -> None:
    """Callers speak HTTP."""
    only(template, LISTENER, like="ApiBalancer")["Properties"]["Protocol"] = "HTTP"


DANGERS: Final = (
    Danger("RDS identifier renamed", "data", put(DATABASE, "DBInstanceIdentifier", "voice"),
           ("DATA LOSS", "Database/Primary is replaced (DBInstanceIdentifier: nothing → voice)")),
    Danger("database renamed in code", "data", rename(DATABASE, like="DatabasePrimary", new="Store"),
           ("DATA LOSS", "Store is replaced", "its logical id: DatabasePrimaryEDE0B3D0 → Store")),
    Danger("database removed", "data", remove(DATABASE, like="DatabasePrimary"),
           ("DATA LOSS", "Database/Primary is removed: nothing takes its place; it stays in the account, unmanaged")),
    Danger("Valkey's subnets replaced", "data",
           put("AWS::ElastiCache::SubnetGroup", "CacheSubnetGroupName", "other", like="Live"),
           ("DATA LOSS", "LiveValkey/Group is replaced (LiveValkey/Subnets is replaced)")),
    Danger("bucket renamed", "data", put(BUCKET, "BucketName", "elsewhere", like="Recordings"),
           ("DATA LOSS", "Buckets/Recordings is replaced")),
    Danger("secret renamed", "data", put("AWS::SecretsManager::Secret", "Name", "voiceplane/prod/x", like="Livekit"),
           ("DATA LOSS", "Secrets/Livekit is replaced (Name: voiceplane/prod/livekit → voiceplane/prod/x)")),
    Danger("agents renamed", "agents", put(SERVICE, "ServiceName", "agents"),
           ("CUTS LIVE CALLS", "Agent/Service/Service is replaced (ServiceName: agent → agents)")),
    Danger("media cluster renamed", "media", put("AWS::ECS::Cluster", "ClusterName", "media"),
           ("CUTS LIVE CALLS", "LiveKit/Service/Service (Cluster is replaced) are replaced")),
    Danger("fixed address removed", "media", remove("AWS::EC2::EIP", like="TurnAddress1"),
           ("NEW ADDRESS", "Turn/Address1 is removed", "callers' firewalls know the old one")),
    Danger("port opened in a group", "media", open_port, ("OPENED TO THE WORLD", "tcp 22")),
    Danger("a port opened that is open elsewhere", "control-plane", open_same_port_elsewhere,
           ("OPENED TO THE WORLD", "tcp 443 – for a test")),
    Danger("half the world let in", "media", open_half_the_world, ("OPENED TO THE WORLD", "-1 all – half")),
    Danger("port opened beside a group", "data", open_port_beside, ("OPENED TO THE WORLD", "tcp 5433")),
    Danger("bucket opened by its policy", "data", let_anybody_in,
           ("OPENED TO THE WORLD", "policy Buckets/Recordings/Policy", "anybody may s3:GetObject")),
    Danger("internal balancer opened", "control-plane", put(BALANCER, "Scheme", "internet-facing", like="Internal"),
           ("OPENED TO THE WORLD", "internal → internet-facing")),
    Danger("database made public", "data", put(DATABASE, "PubliclyAccessible", value=True),
           ("OPENED TO THE WORLD", "the database has a public address")),
    Danger("API below two", "control-plane", put(TARGET, "MinCapacity", 1, like="Api"),
           ("MINIMUM BELOW TWO", "service api: 1–10")),
    Danger("API below two by schedule", "control-plane", lower_minimum_at_night,
           ("MINIMUM BELOW TWO", "1–10 at daily-midnight")),
    Danger("fewer agents", "agents", put(TARGET, "MinCapacity", 1), ("MINIMUM LOWERED", "3–80 → 1–80")),
    Danger("fewer agents by day", "agents", lower_minimum_by_day,
           ("MINIMUM LOWERED", "9.42 → 3.95 on the schedule's average")),
    Danger("lower ceiling", "agents", put(TARGET, "MaxCapacity", 40), ("MAXIMUM LOWERED", "3–80 → 3–40")),
    Danger("log retention removed", "agents", put(LOGS, "RetentionInDays", None),
           ("LOG RETENTION WEAKER", "90 → for ever")),
    Danger("log retention lowered", "agents", put(LOGS, "RetentionInDays", 3), ("LOG RETENTION WEAKER", "90 → 3")),
    Danger("wildcard action", "agents", allow("s3:*", "arn:aws:s3:::one-bucket"),
           ("WILDCARD ACTION ADDED", "s3:* on arn:aws:s3:::one-bucket", "nobody acknowledged it")),
    Danger("administrator", "agents", make_administrator,
           ("WILDCARD ACTION ADDED", "* on arn:aws:iam::aws:policy/AdministratorAccess", "nobody acknowledged it")),
    Danger("wildcard resource", "agents", allow("s3:DeleteObject", "*"),
           ("WILDCARD RESOURCE ADDED", "s3:DeleteObject on *")),
    Danger("deploy role trusts every repository", "delivery", trust_every_repository,
           ("TRUST CHANGED", "GitHub/Role", '{"StringLike": {"token.actions.githubusercontent.com:sub": "repo:*"}}')),
    Danger("foreign account trusted", "agents", trust_a_foreign_account,
           ("TRUST CHANGED", "arn:aws:iam::999999999999:root", "without a condition")),
    Danger("new role trusts a foreign account", "agents", add_a_foreign_role,
           ("TRUST CHANGED", "999999999999", "without a condition")),
    Danger("conditions lifted", "delivery", lift_conditions, ("CONDITION TAKEN OFF", "→ nothing")),
    Danger("denial lifted", "data", lift_denials, ("DENIAL TAKEN OFF", "s3:*")),
    Danger("deletion protection off", "data", put(DATABASE, "DeletionProtection", value=False),
           ("DELETION PROTECTION OFF", "on → off")),
    Danger("Multi-AZ off", "data", put(DATABASE, "MultiAZ", value=False), ("MULTI-AZ OFF", "on → off")),
    Danger("backups shortened", "data", put(DATABASE, "BackupRetentionPeriod", 1), ("BACKUP DAYS LOWERED", "14 → 1")),
    Danger("encryption off", "data", put(BUCKET, "BucketEncryption", None, like="Recordings"), ("ENCRYPTION OFF",)),
    Danger("listener in the clear", "control-plane", in_the_clear, ("ENCRYPTION OFF", "HTTPS → HTTP")),
    Danger("data no longer kept", "data", no_longer_kept, ("NO LONGER KEPT", "Retain → Delete")),
    Danger("alarm removed", "operations", remove(ALARM, like="AlarmsSessionsStuck"),
           ("ALARM REMOVED", "voiceplane-prod-SessionsStuck")),
    Danger("alarm loosened", "operations", put(ALARM, "Threshold", 60, like="AlarmsSessionsStuck"),
           ("ALARM LOOSENED", "it goes on later")),
    Danger("alarm silenced", "operations", put(ALARM, "AlarmActions", [], like="AlarmsSessionsStuck"),
           ("ALARM SILENCED", "on → off")),
    Danger("alarm disabled", "operations", put(ALARM, "ActionsEnabled", value=False, like="AlarmsSessionsStuck"),
           ("ALARM SILENCED", "on → off")),
    Danger("alarm turned round", "operations",
           put(ALARM, "ComparisonOperator", "LessThanThreshold", like="AlarmsSessionsStuck"),
           ("ALARM TURNED ROUND", "→ LessThanThreshold")),
    Danger("alarm on another metric", "operations", put(ALARM, "MetricName", "Nothing", like="AlarmsSessionsStuck"),
           ("ALARM MEASURES SOMETHING ELSE", '"MetricName": "Nothing"')),
    Danger("ratio nullified", "operations", nullify_mathematics, ("ALARM MEASURES SOMETHING ELSE",)),
    Danger("composite silenced", "operations", put(COMPOSITE, "AlarmActions", [], like="AlarmsDatabaseAway"),
           ("ALARM SILENCED", "Alarms/DatabaseAway", "on → off")),
    Danger("composite disabled", "operations", put(COMPOSITE, "ActionsEnabled", value=False, like="AlarmsDatabaseAway"),
           ("ALARM SILENCED", "Alarms/DatabaseAway", "on → off")),
    Danger("composite narrowed", "operations", forget_the_rest, ("ALARM RULE CHANGED", "DatabaseUnused")),
    Danger("composite suppressed", "operations",
           put(COMPOSITE, "ActionsSuppressor", "voiceplane-prod-DeploymentRunning", like="AlarmsDatabaseAway"),
           ("ALARM SUPPRESSED", "nothing → voiceplane-prod-DeploymentRunning")),
    Danger("firewall emptied", "control-plane", put(FIREWALL, "Rules", [], like="ApiBalancer"),
           ("FIREWALL RULE REMOVED", "ApiBalancer/Firewall/Rules", "→ nothing")),
    Danger("firewall only counts", "control-plane", only_count, ("FIREWALL RULE CHANGED", '"Count"')),
    Danger("stop timeout lowered", "agents", shorten_stop, ("STOP TIMEOUT LOWERED", "agent 120 → agent 30")),
    Danger("firewall taken off", "control-plane", remove("AWS::WAFv2::WebACLAssociation", like="ApiBalancer"),
           ("FIREWALL REMOVED",)),
)  # fmt: skip


@pytest.fixture
def first_screen(prod: Synthesis, tmp_path: Path) -> Callable[[Danger], str]:
    """What a person sees before scrolling, of production with one thing changed against production."""

    def see(danger: Danger) -> str:
        changed = edited(prod.folder, into=tmp_path / "changed", stack=danger.stack, edit=danger.edit)
        result = CliRunner().invoke(app, ["review", str(changed), "--against", str(prod.folder)])
        assert result.exit_code == 0, result.output
        return "\n".join(result.output.splitlines()[:FIRST_SCREEN])

    return see


@pytest.mark.xdist_group("prod")
@pytest.mark.parametrize("danger", DANGERS, ids=lambda danger: danger.id)
def test_a_dangerous_change_is_named_on_the_first_screen(danger: Danger, first_screen: Callable[[Danger], str]) -> None:
    """A reviewer who has a minute reads no further."""
    screen = " ".join(first_screen(danger).replace("│", " ").split())

    assert [words for words in danger.said if words not in screen] == []
    assert "nothing would be replaced" not in screen


@pytest.mark.xdist_group("prod")
def test_a_flood_of_losses_hides_nothing_behind_it(prod: Synthesis, tmp_path: Path) -> None:
    """A renamed VPC takes hundreds with it; the opened port below them must still be seen."""
    vpc = put("AWS::EC2::VPC", "CidrBlock", "10.9.0.0/16")
    flooded = edited(prod.folder, into=tmp_path / "flooded", stack="network", edit=vpc)
    both = edited(flooded, into=tmp_path / "both", stack="media", edit=open_port)

    output = CliRunner().invoke(app, ["review", str(both), "--against", str(prod.folder)]).output

    screen = " ".join(" ".join(output.splitlines()[:FIRST_SCREEN]).replace("│", " ").split())
    assert "CUTS LIVE CALLS EC2::VPC voiceplane-prod-network/Network/Vpc is replaced" in screen
    assert "OPENED TO THE WORLD voiceplane-prod-media: tcp 22" in screen


@pytest.mark.xdist_group("prod")
def test_no_change_is_no_danger(prod: Synthesis) -> None:
    """A page that always warns is not read; the tests above say nothing if this one fails."""
    result = CliRunner().invoke(app, ["review", str(prod.folder), "--against", str(prod.folder)])

    assert f"against {prod.folder}: nothing would be replaced, lost or weakened" in "".join(
        result.output.replace("│", " ").split("\n")
    )
    assert f"no resource differs; {prod.assembly.resource_count} the same" in result.output
