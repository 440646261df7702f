"""Every environment is deployed, and what was asked for is there.

Templates that are valid may still not deploy: names that collide, references that nobody makes, orders that cannot be.
"""

from typing import Any

import boto3
import pytest

from contract.pools import POOLS
from tests.deploy.conftest import pages
from tests.fakes.cloudformation.deploy import DeployedStack
from tests.synthesis import Syntheses
from voicectl.review.templates import Assembly

pytestmark = [pytest.mark.xdist_group("account"), pytest.mark.usefixtures("account")]
ENVIRONMENTS = ("dev", "staging", "prod")
CLUSTERS = {
    "media": {"livekit", "egress"},
    "agents": {"agent"},
    "control-plane": {"api", "websocket", "beat", "supervisor", *(f"celery-{pool.name}" for pool in POOLS)},
}


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def name(request: pytest.FixtureRequest) -> str:
    """Each environment in turn."""
    return str(request.param)


@pytest.fixture(scope="module")
def templates(name: str, syntheses: Syntheses) -> Assembly:
    """What was asked for."""
    return syntheses.reviewed(name).assembly


@pytest.fixture(scope="module")
def targets(name: str) -> dict[str, dict[str, Any]]:
    """Scalable targets by service, as Application Auto Scaling lists them."""
    scaling = boto3.client("application-autoscaling")
    found = pages(scaling, "describe_scalable_targets", ServiceNamespace="ecs")
    return {
        target["ResourceId"].rpartition("/")[2]: target
        for target in found
        if f"/voiceplane-{name}-" in target["ResourceId"]
    }


def test_three_environments_stand_side_by_side(account: dict[str, list[DeployedStack]]) -> None:
    """Nobody should need three accounts to try the platform: no name may collide."""
    assert {name: len(stacks) for name, stacks in account.items()} == {"dev": 8, "staging": 8, "prod": 8}


def test_every_service_runs_in_its_cluster(name: str) -> None:
    """A service that was skipped is a platform that does not answer."""
    ecs = boto3.client("ecs")
    expected = {**CLUSTERS, "control-plane": CLUSTERS["control-plane"] | (set() if name == "prod" else {"flower"})}

    for cluster, services in expected.items():
        listed = pages(ecs, "list_services", cluster=f"voiceplane-{name}-{cluster}")
        assert {str(arn).rpartition("/")[2] for arn in listed} == services


def test_every_scalable_target_has_the_bounds_of_the_template(
    targets: dict[str, dict[str, Any]], templates: Assembly
) -> None:
    """Bounds are money on one side and refused calls on the other."""
    asked = sorted(
        (target.properties["MinCapacity"], target.properties["MaxCapacity"])
        for _, target in templates.of_type("AWS::ApplicationAutoScaling::ScalableTarget")
    )

    assert sorted((target["MinCapacity"], target["MaxCapacity"]) for target in targets.values()) == asked
    assert targets["api"]["MinCapacity"] >= 2


def test_every_policy_is_there(name: str, templates: Assembly) -> None:
    """A lost policy out refuses calls; a lost policy in costs money for ever."""
    scaling = boto3.client("application-autoscaling")
    asked = sorted(
        policy.properties["PolicyName"] for _, policy in templates.of_type("AWS::ApplicationAutoScaling::ScalingPolicy")
    )

    there = sorted(
        policy["PolicyName"]
        for policy in pages(scaling, "describe_scaling_policies", ServiceNamespace="ecs")
        if f"/voiceplane-{name}-" in policy["ResourceId"]
    )

    assert there == asked
    assert {"agent-in", "agent-out-session-utilization", "api-track-response-time", "websocket-in"} <= set(there)


def test_every_scheduled_action_is_there_with_its_time_zone(name: str, templates: Assembly) -> None:
    """A schedule in the wrong zone is at its peak when nobody calls."""
    scaling = boto3.client("application-autoscaling")
    asked = sorted(
        (action["ScheduledActionName"], action["Schedule"], action["Timezone"])
        for _, target in templates.of_type("AWS::ApplicationAutoScaling::ScalableTarget")
        for action in target.properties["ScheduledActions"]
    )

    there = sorted(
        (action["ScheduledActionName"], action["Schedule"], action["Timezone"])
        for action in pages(scaling, "describe_scheduled_actions", ServiceNamespace="ecs")
        if f"/voiceplane-{name}-" in action["ResourceId"]
    )

    assert there == asked


def test_every_alarm_is_there_and_does_something(name: str, templates: Assembly) -> None:
    """An alarm without an action tells nobody and scales nothing, unless a composite alarm looks at it."""
    pages = (
        boto3.client("cloudwatch")
        .get_paginator("describe_alarms")
        .paginate(AlarmNamePrefix=f"voiceplane-{name}-", AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    )
    kinds = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
    asked = [alarm.properties for kind in kinds for _, alarm in templates.of_type(kind)]
    named = {alarm["AlarmName"]: alarm for alarm in asked if "AlarmName" in alarm}
    looked_at = "".join(f"{alarm.get('AlarmRule')} {alarm.get('ActionsSuppressor')}" for alarm in asked)

    there = {a["AlarmName"]: a for page in pages for a in (*page["MetricAlarms"], *page["CompositeAlarms"])}

    assert named.keys() <= there.keys()
    assert len(named) > 100
    assert [each for each in named if not there[each]["AlarmActions"] and each not in looked_at] == []


def test_recordings_are_encrypted_versioned_and_kept_as_the_file_says(name: str) -> None:
    """The law says how long a recording may be kept, and the invoice where."""
    s3 = boto3.client("s3")
    bucket = f"voiceplane-{name}-recordings-123456789012-us-east-1"

    rule = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"][0]

    assert rule["Transitions"] == [{"Days": 90, "StorageClass": "GLACIER_IR"}]
    assert rule["Expiration"] == {"Days": 365}
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert "aws:SecureTransport" in s3.get_bucket_policy(Bucket=bucket)["Policy"]


def test_the_database_and_both_valkey_groups_are_there(name: str) -> None:
    """Everything else can be made again; these cannot."""
    instances = boto3.client("rds").describe_db_instances()["DBInstances"]
    groups = boto3.client("elasticache").describe_replication_groups()["ReplicationGroups"]

    assert len(instances) == len(ENVIRONMENTS)
    assert all(instance["Engine"] == "postgres" and instance["StorageEncrypted"] for instance in instances)
    assert {f"voiceplane-{name}-live", f"voiceplane-{name}-broker"} <= {g["ReplicationGroupId"] for g in groups}


def test_livekits_secret_is_the_map_that_the_server_reads(name: str) -> None:
    """The server reads the whole secret as its keys; any other shape lets nobody in."""
    value = boto3.client("secretsmanager").get_secret_value(SecretId=f"voiceplane/{name}/livekit")["SecretString"]

    assert value.startswith(f'{{"voiceplane-{name}-key":')
    assert len(value.split('"')[3]) == 48


def test_the_migration_ran_before_the_services(account: dict[str, list[DeployedStack]], name: str) -> None:
    """The deployment itself ran it: its function started the task and answered when ECS said that it stopped."""
    control_plane = next(stack for stack in account[name] if stack.name.endswith("control-plane"))

    assert control_plane.resources["MigrationRun95D15400"] == "migration"


def test_the_page_is_told_where_the_api_is(name: str) -> None:
    """The page's only configuration is what its build is told."""
    apps = boto3.client("amplify").list_apps()["apps"]
    variables = next(app["environmentVariables"] for app in apps if app["name"] == f"voiceplane-{name}")

    domain = {"prod": "voice.example.com"}.get(name, f"{name}.voice.example.com")
    assert variables["VITE_API_URL"] == f"https://api.{domain}"
