"""Every look at the templates has several ways to be wrong, and fails at each of them."""

from pathlib import Path
from typing import Any, Final

import boto3
import pytest

from tests.synthesis import Syntheses, Synthesis
from tests.voicectl.golive.edited import (
    TEMPLATES_ONLY,
    Change,
    entry,
    gone,
    inside,
    of,
    place_of,
    rule,
    told,
    unset,
    variable,
)
from voicectl.golive.answer import Verdict
from voicectl.golive.gate import answers

DATABASE: Final = "AWS::RDS::DBInstance"
PARAMETERS: Final = "AWS::RDS::DBParameterGroup"
VALKEY: Final = "AWS::ElastiCache::ReplicationGroup"
BUCKET: Final = "AWS::S3::Bucket"
LISTENER: Final = "AWS::ElasticLoadBalancingV2::Listener"
NAME: Final = "AWS::Route53::RecordSet"
GROUP: Final = "AWS::EC2::SecurityGroup"
TASK: Final = "AWS::ECS::TaskDefinition"
TARGET: Final = "AWS::ApplicationAutoScaling::ScalableTarget"
BUDGET: Final = "AWS::Budgets::Budget"
DASHBOARD: Final = "AWS::CloudWatch::Dashboard"
ALARM: Final = "AWS::CloudWatch::Alarm"
PEOPLE: Final = "AWS::SNS::Subscription"
PASSWORD: Final = "hunter2hunter2"
RANDOM: Final = "9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c"
HEADINGS: Final = '{"widgets": [{"type": "text", "properties": {"markdown": "## Sessions"}}]}'


def slow(record: dict[str, Any]) -> None:
    """A name of a fixed address."""
    record.pop("AliasTarget", None)
    record["TTL"] = "300"


def world(port: int, protocol: str = "tcp") -> list[dict[str, Any]]:
    """A port that everybody reaches."""
    return [{"CidrIp": "0.0.0.0/0", "IpProtocol": protocol, "FromPort": port, "ToPort": port}]


def hurried(task: dict[str, Any]) -> None:
    """LiveKit is killed after half a minute."""
    for container in task["ContainerDefinitions"]:
        if container["Name"] == "livekit":
            container["StopTimeout"] = 30


SPOILT: dict[str, list[tuple[str, Change, str]]] = {
    "database-pooling": [
        ("too few", of(PARAMETERS, Parameters={"max_connections": "20"}), "the database takes 20"),
        ("RDS's own formula", of(PARAMETERS, Parameters={}), "max_connections of RDS"),
        ("a formula", of(PARAMETERS, Parameters={"max_connections": "{Memory/95}"}), "max_connections {Memory/95}"),
        ("another group", of(DATABASE, DBParameterGroupName="default.postgres18"), "max_connections of RDS"),
        ("no database", gone(DATABASE), "there is no database"),
        ("a higher ceiling", of(TARGET, MaxCapacity=500), "celery-voice may have 500 tasks, and 10 were counted"),
        ("larger pools", variable("DATABASE_POOL_SIZE", "90"), "may hold 90 connections a process"),
    ],
    "database-backups": [
        ("short", of(DATABASE, BackupRetentionPeriod=1), "backups are kept for 1 days"),
        ("AWS's default", unset(DATABASE, "BackupRetentionPeriod"), "backups are kept for 1 days"),
        ("one zone", unset(DATABASE, "MultiAZ"), "one zone only"),
        ("a word that Python takes for true", of(DATABASE, MultiAZ="false"), "one zone only"),
        ("may be deleted", of(DATABASE, DeletionProtection=False), "no deletion protection"),
        ("readable", unset(DATABASE, "StorageEncrypted"), "not encrypted"),
        ("only replicas", of(DATABASE, SourceDBInstanceIdentifier="elsewhere"), "there is no database"),
        ("none", gone(DATABASE), "there is no database"),
    ],
    "valkey-persistence": [
        ("one zone", unset(VALKEY, "MultiAZEnabled"), "voiceplane-prod-live is in one zone"),
        ("no failover", of(VALKEY, AutomaticFailoverEnabled="false"), "voiceplane-prod-broker has no failover"),
        ("one node", of(VALKEY, ReplicasPerNodeGroup=0), "voiceplane-prod-broker has no second node"),
        (
            "only live state is kept",
            inside(
                VALKEY,
                lambda group: group.update(Durability="disabled", SnapshotRetentionLimit=0),
                where=("ReplicationGroupId", "-broker"),
            ),
            "voiceplane-prod-broker is neither durable",
        ),
        ("no broker", of(VALKEY, ReplicationGroupId="voiceplane-prod-live"), "there is no group -broker"),
        ("none", gone(VALKEY), "there is no group -live"),
    ],
    "storage-lifecycle": [
        ("no rules", unset(BUCKET, "LifecycleConfiguration"), "nothing is moved to cold storage"),
        ("all are off", rule(Status="Disabled"), "nothing is ever deleted"),
        ("a part of the bucket", rule(Prefix="drafts/"), "nothing is moved to cold storage"),
        ("late", rule(Transitions=[{"StorageClass": "GLACIER_IR", "TransitionInDays": 120}]), "cold after 120 days"),
        (
            "not cold",
            rule(Transitions=[{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 30}]),
            "nothing is moved to cold storage",
        ),
        ("for ever", rule(ExpirationInDays=None), "nothing is ever deleted"),
        ("too early", rule(ExpirationInDays=30), "deleted after 30 days, not after the 365"),
        ("half uploads", rule(AbortIncompleteMultipartUpload=None), "half uploads stay"),
        ("old versions", rule(NoncurrentVersionExpiration=None), "stays as an old version"),
        ("no bucket", gone(BUCKET), "there is no bucket"),
    ],
    "data-outlives-stacks": [
        ("buckets", unset(BUCKET, "DeletionPolicy"), "voiceplane-prod-data: Buckets"),
        ("keys", entry("AWS::KMS::Key", DeletionPolicy="Delete"), "DeletionPolicy Delete"),
        ("a snapshot of a bucket is none", entry(BUCKET, DeletionPolicy="Snapshot"), "DeletionPolicy Snapshot"),
        ("a replacement", entry(DATABASE, UpdateReplacePolicy="Delete"), "UpdateReplacePolicy Delete"),
        ("the broker", entry(VALKEY, DeletionPolicy="Delete"), "BrokerValkey"),
        ("nothing is there", gone(DATABASE), "there is no AWS::RDS::DBInstance"),
    ],
    "tls": [
        ("plain", of(LISTENER, Protocol="HTTP"), "port 443 is HTTP"),
        ("plain TCP", of(LISTENER, Protocol="TCP"), "port 443 is TCP"),
        ("no protocol", unset(LISTENER, "Protocol"), "port 443 is None"),
        ("AWS's default", unset(LISTENER, "SslPolicy"), "port 443 names no policy, and takes TLS 1.0"),
        (
            "TLS 1.3, and 1.0",
            of(LISTENER, SslPolicy="ELBSecurityPolicy-TLS13-1-0-2021-06"),
            "takes what is older than TLS 1.2: ELBSecurityPolicy-TLS13-1-0-2021-06",
        ),
        ("2016", of(LISTENER, SslPolicy="ELBSecurityPolicy-2016-08"), "older than TLS 1.2"),
        ("a name of nobody's", of(LISTENER, SslPolicy="TLS13-1-2"), "older than TLS 1.2"),
        ("no certificate", unset(LISTENER, "Certificates"), "port 443 has no certificate"),
        ("by mail", of("AWS::CertificateManager::Certificate", ValidationMethod="EMAIL"), "is not renewed by itself"),
        ("nothing", gone(LISTENER), "nothing listens"),
    ],
    "dns": [
        ("slow", inside(NAME, slow), "is kept longer than 60 s"),
        ("neither alias nor TTL", unset(NAME, "AliasTarget"), "api.voice.example.com. is kept longer than 60 s"),
        ("another balancer", of(NAME, AliasTarget={"DNSName": "elsewhere.example.com"}), "has no name"),
        ("none", gone(NAME), "there are no names"),
    ],
    "network-ports": [
        ("SSH", of(GROUP, SecurityGroupIngress=world(22)), "tcp 22"),
        ("TURN's port over TCP", of(GROUP, SecurityGroupIngress=world(3478)), "tcp 3478"),
        ("HTTPS's port over UDP", of(GROUP, SecurityGroupIngress=world(443, "udp")), "udp 443"),
        ("all", of(GROUP, SecurityGroupIngress=[{"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}]), "-1 all"),
        ("nothing, so that nobody can call", of(GROUP, SecurityGroupIngress=[]), "udp 50000–60000 is shut"),
    ],
    "secrets-by-reference": [
        ("by its name", variable("DJANGO_SECRET_KEY", "in the template"), "DJANGO_SECRET_KEY"),
        ("in small letters", variable("smtp_password", PASSWORD), "smtp_password"),
        (
            "in a URL",
            variable("DATABASE_URL", f"postgres://u:{PASSWORD}@db.example.com/x"),
            "DATABASE_URL is a URL with a password",
        ),
        ("without a user", variable("CACHE", f"rediss://:{PASSWORD}@cache:6380"), "CACHE is a URL with a password"),
        (
            "in a URL of parts",
            variable("DATABASE_URL", {"Fn::Join": ["", ["postgres://u:", PASSWORD, "@", {"Ref": "Database"}]]}),
            "DATABASE_URL is a URL with a password",
        ),
        (
            "resolved",
            variable("LOGIN", "{{resolve:secretsmanager:voiceplane/prod/api-key}}"),
            "LOGIN is a secret that is resolved into it",
        ),
        ("a provider's key", variable("STT", f"sk-proj-{RANDOM}"), "STT is a key"),
        ("of AWS", variable("STORE", "AKIAIOSFODNN7EXAMPLE"), "STORE is a key"),
        ("a random key", variable("STT_ACCESS", RANDOM), "STT_ACCESS is a random key"),
        (
            "in a command",
            inside(TASK, lambda task: task["ContainerDefinitions"][0].update(Command=["run", "--key", RANDOM])),
            "Command is a random key",
        ),
        (
            "of a function",
            of("AWS::Lambda::Function", Environment={"Variables": {"API_TOKEN": PASSWORD}}),
            "API_TOKEN",
        ),
        ("its value", of("AWS::SecretsManager::Secret", SecretString=PASSWORD), "its value stands in the template"),
        ("nothing to be seen", gone(TASK), "there is no container"),
    ],
    "timeouts": [
        ("killed early", inside(TASK, hurried), "a media node empties before it is killed"),
        ("nothing to be read", gone(TASK), "a duration is nowhere in the templates: 'agent'"),
        ("no delay", unset("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupAttributes"), "is nowhere"),
    ],
    "pre-warmed": [
        ("to nothing", of(TARGET, MinCapacity=0), "agent shrinks to room for 0 calls"),
        (
            "at night",
            inside(TARGET, lambda target: target["ScheduledActions"][0]["ScalableTargetAction"].update(MinCapacity=0)),
            "agent shrinks to room for 0 calls",
        ),
        ("never more", gone("AWS::ApplicationAutoScaling::ScalingPolicy"), "agent does not follow FreeSlots"),
        ("no agents", gone("AWS::ECS::Service"), "there are no agents"),
    ],
    "budgets": [
        ("none", gone(BUDGET), "there is no budget"),
        ("nobody", of(BUDGET, NotificationsWithSubscribers=[]), "nobody is told before it is gone"),
        (
            "nobody at its end",
            inside(BUDGET, lambda each: [one.update(Subscribers=[]) for one in each["NotificationsWithSubscribers"]]),
            "nobody is told before it is gone",
        ),
        ("a topic of nobody's", gone(PEOPLE), "nobody is told before it is gone"),
        ("when it is gone", told(Threshold=100), "nobody is told before it is gone"),
        ("when it is not", told(ComparisonOperator="LESS_THAN"), "nobody is told before it is gone"),
        (
            "more than was planned",
            inside(BUDGET, lambda each: each["Budget"]["BudgetLimit"].update(Amount=50000)),
            "50,000 USD, and 12,000 were planned",
        ),
        (
            "no amount",
            inside(BUDGET, lambda each: each["Budget"].pop("BudgetLimit")),
            "0 USD, and 12,000 were planned",
        ),
    ],
    "dashboard": [
        ("none", gone(DASHBOARD), "there is no dashboard"),
        ("empty", of(DASHBOARD, DashboardBody="{}"), "nothing is shown under Sessions"),
        ("no body", unset(DASHBOARD, "DashboardBody"), "nothing is shown under Sessions"),
        ("no JSON", of(DASHBOARD, DashboardBody="soon"), "nothing is shown under Providers"),
        ("headings alone", of(DASHBOARD, DashboardBody=HEADINGS), "nothing is shown under Sessions"),
        ("no widgets", of(DASHBOARD, DashboardBody='{"widgets": []}'), "nothing is shown under Infrastructure"),
    ],
    "alarms-reach-people": [
        ("no actions", of(ALARM, AlarmActions=[]), "tells nobody"),
        ("nobody is subscribed", gone(PEOPLE), "voiceplane-prod-SessionsStuck tells nobody"),
        ("to nobody", of(PEOPLE, Endpoint=""), "voiceplane-prod-SessionsStuck tells nobody"),
        ("no address", of(PEOPLE, Endpoint="the on-call"), "voiceplane-prod-SessionsStuck tells nobody"),
        ("another topic", of(PEOPLE, TopicArn={"Ref": "Elsewhere"}), "voiceplane-prod-SessionsStuck tells nobody"),
        ("a composite alone", of("AWS::CloudWatch::CompositeAlarm", ActionsEnabled=False), "DatabaseAway tells nobody"),
        (
            "switched off",
            inside(ALARM, lambda each: each.update(ActionsEnabled=False), where=("AlarmName", "-SessionsStuck")),
            "SessionsStuck tells nobody",
        ),
        (
            "no page",
            inside(ALARM, lambda each: each.update(AlarmDescription="!"), where=("AlarmName", "-SessionsStuck")),
            "SessionsStuck says nobody what to do",
        ),
        (
            "a page that is not there",
            inside(
                ALARM,
                lambda each: each.update(AlarmDescription="stuck. Runbook: docs/runbooks/stuck.md"),
                where=("AlarmName", "-SessionsStuck"),
            ),
            "SessionsStuck: there is no docs/runbooks/stuck.md",
        ),
        ("its parts are gone", gone(ALARM), "waits for voiceplane-prod-DatabaseSilent, which is not there"),
        ("few", gone(ALARM), "6 alarms lead to a runbook, and 30 at least must"),
    ],
}
CASES: Final = [
    pytest.param(name, change, said, id=f"{name}: {how}") for name, ways in SPOILT.items() for how, change, said in ways
]


def test_every_look_at_the_templates_is_spoilt_in_several_ways() -> None:
    """A look with one way to be wrong is found out by the second one."""
    assert set(SPOILT) == set(TEMPLATES_ONLY)
    assert {name for name, ways in SPOILT.items() if len(ways) < 3} == set()


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("name", "change", "said"), CASES)
def test_a_look_fails_where_its_thing_is_not_so(
    name: str, change: Change, said: str, prod: Synthesis, tmp_path: Path
) -> None:
    """A gate that is always open is no gate."""
    place = place_of(prod, change)

    [found] = [each for each in answers(place, file=tmp_path / "none.toml") if each.item == name]

    assert found.verdict is Verdict.FAIL
    assert said in found.found
    assert found.todo
    assert PASSWORD not in found.found
    assert RANDOM not in found.found


@pytest.mark.usefixtures("signed_in")
def test_a_policys_name_is_read_as_aws_describes_it(prod: Synthesis, tmp_path: Path) -> None:
    """Whatever takes TLS 1.0 or 1.1 is refused, and nothing else."""
    known = boto3.client("elbv2", region_name="us-east-1").describe_ssl_policies()["SslPolicies"]
    new_enough = {each["Name"] for each in known if not {"TLSv1", "TLSv1.1"} & set(each["SslProtocols"])}

    passed = {
        each["Name"]
        for each in known
        for answer in answers(place_of(prod, of(LISTENER, SslPolicy=each["Name"])), file=tmp_path / "none.toml")
        if answer.item == "tls" and answer.verdict is Verdict.PASS
    }

    assert passed == new_enough
    assert 0 < len(passed) < len(known)


@pytest.mark.usefixtures("account")
def test_each_region_needs_people_of_its_own(syntheses: Syntheses, tmp_path: Path) -> None:
    """Its alarms have the same names as those at home, where somebody is told."""
    place = place_of(syntheses.reviewed("tests/stacks/places/second-region.toml"))
    abroad = place.assembly.by_name["voiceplane-second-region-operations-eu-west-1"]
    for resource in abroad.template["Resources"].values():
        gone(PEOPLE)(resource["Type"], resource)

    [found] = [each for each in answers(place, file=tmp_path / "none.toml") if each.item == "alarms-reach-people"]

    assert found.verdict is Verdict.FAIL
    assert "voiceplane-second-region-NodesSilent tells nobody" in found.found
    assert "DatabaseAway" not in found.found


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("name", ["staging", "every-option", "second-region", "largest"])
def test_what_is_well_passes_in_every_shape_of_an_environment(name: str, syntheses: Syntheses, tmp_path: Path) -> None:
    """PgBouncer's own listener, a replica and a region without a broker are no mistakes."""
    file = name if name == "staging" else f"tests/stacks/places/{name}.toml"

    found = answers(place_of(syntheses.reviewed(file)), file=tmp_path / "none.toml")

    assert [
        (each.item, each.found) for each in found if each.item in TEMPLATES_ONLY and each.verdict is not Verdict.PASS
    ] == []
