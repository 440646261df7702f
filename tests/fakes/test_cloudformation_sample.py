"""What a template says can be read back with boto3, value by value: nothing is dropped on the way through the fake."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.cloudformation.account import empty_account
from tests.fakes.cloudformation.clients import client
from tests.fakes.cloudformation.deploy import DeployedStack, deploy_assembly
from tests.fakes.cloudformation.kinds import KINDS
from tests.fakes.cloudformation.sample_app import synthesize

Body = dict[str, Any]
Stacks = dict[str, DeployedStack]


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, synthesized."""
    return synthesize(tmp_path_factory.mktemp("sample"), prefix="dev")


@pytest.fixture(scope="module", autouse=True)
def stacks(assembly: Path) -> Iterator[Stacks]:
    """The sample, deployed."""
    with empty_account():
        yield {stack.name: stack for stack in deploy_assembly(assembly)}


@pytest.fixture(scope="module")
def api() -> Body:
    """The API's service."""
    cluster = client("ecs").describe_services(cluster="dev-services", services=["api"])
    service: Body = cluster["services"][0]
    return service


def physical(stacks: Stacks, stack: str, path: str) -> str:
    """The physical id behind a construct's path; CDK adds eight digits to it, or none for an L1."""
    (found,) = (
        made for logical, made in stacks[stack].resources.items() if re.fullmatch(f"{path}([0-9A-F]{{8}})?", logical)
    )
    return found


def test_the_sample_uses_every_row_of_the_table(assembly: Path) -> None:
    """A row that nothing deploys may be broken for months."""
    templates = [json.loads(file.read_text()) for file in assembly.glob("*.template.json")]

    used = {body["Type"] for template in templates for body in template["Resources"].values()}

    assert KINDS.keys() - used == set()


def test_a_service_keeps_how_it_is_deployed(api: Body) -> None:
    """moto's API takes these settings and forgets them."""
    deployment = api["deploymentConfiguration"]

    assert api["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE", "weight": 1}]
    assert deployment["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert (deployment["minimumHealthyPercent"], deployment["maximumPercent"]) == (100, 200)
    assert [(one["containerName"], one["containerPort"]) for one in api["loadBalancers"]] == [("api", 8000)]


def test_a_service_keeps_its_placement(stacks: Stacks) -> None:
    """One LiveKit node per instance depends on it."""
    arn = physical(stacks, "dev-work", "SfuService")

    (sfu,) = client("ecs").describe_services(cluster="dev-media", services=[arn])["services"]

    assert sfu["placementConstraints"] == [{"type": "distinctInstance"}]
    assert sfu["placementStrategy"] == [{"type": "spread", "field": "attribute:ecs.availability-zone"}]


def test_a_task_definition_keeps_its_containers(api: Body) -> None:
    """Secrets, stop time-outs and soft limits are per container."""
    definition = client("ecs").describe_task_definition(taskDefinition=api["taskDefinition"])["taskDefinition"]
    serving, guardian = definition["containerDefinitions"]

    key = client("secretsmanager").describe_secret(SecretId="dev/openai")["ARN"]
    assert serving["secrets"] == [{"name": "OPENAI_API_KEY", "valueFrom": key}]
    assert (serving["stopTimeout"], guardian["memoryReservation"]) == (90, 64)
    assert serving["logConfiguration"]["options"]["awslogs-group"] == "/dev/api"


def test_a_host_network_task_needs_only_a_soft_limit(stacks: Stacks) -> None:
    """moto refuses it; ECS on EC2 takes it."""
    arn = physical(stacks, "dev-work", "SfuTask")

    definition = client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]

    assert (definition["networkMode"], definition["containerDefinitions"][0]["stopTimeout"]) == ("host", 3600)


def test_a_provider_of_managed_instances_is_kept() -> None:
    """moto knows capacity providers of Auto Scaling groups only."""
    (found,) = client("ecs").describe_capacity_providers(capacityProviders=["dev-managed"])["capacityProviders"]

    assert found["managedInstancesProvider"]["instanceLaunchTemplate"]["monitoring"] == "DETAILED"


def test_a_scalable_target_keeps_its_limits_and_schedules() -> None:
    """Schedules are the platform's answer to peaks, and are easily lost: they are properties of the target."""
    scaling = client("application-autoscaling")
    where = {"ServiceNamespace": "ecs", "ResourceId": "service/dev-services/api"}

    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[where["ResourceId"]])[
        "ScalableTargets"
    ]
    (action,) = scaling.describe_scheduled_actions(**where)["ScheduledActions"]

    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 20)
    assert action["ScalableTargetAction"] == {"MinCapacity": 6, "MaxCapacity": 20}
    assert (action["Schedule"], action["Timezone"]) == ("cron(45 8 ? * MON-FRI *)", "America/New_York")


def test_policies_keep_every_kind_of_configuration() -> None:
    """Step, tracking, metric math and predictive policies are all used."""
    answer = client("application-autoscaling").describe_scaling_policies(
        ServiceNamespace="ecs", ResourceId="service/dev-services/api"
    )
    tracking: Body = {}
    forecast: Body = {}
    steps: Body = {}
    for policy in answer["ScalingPolicies"]:
        tracking |= {policy["PolicyName"]: policy.get("TargetTrackingScalingPolicyConfiguration", {})}
        forecast |= policy.get("PredictiveScalingPolicyConfiguration", {})
        steps |= policy.get("StepScalingPolicyConfiguration", {})

    per_task = tracking["sessions-per-task"]
    assert (per_task["TargetValue"], per_task["DisableScaleIn"]) == (7.0, True)
    assert per_task["CustomizedMetricSpecification"]["Metrics"][2]["Expression"] == "sessions / tasks"
    assert (forecast["Mode"], forecast["SchedulingBufferTime"]) == ("ForecastAndScale", 900)
    assert (steps["AdjustmentType"], steps["MinAdjustmentMagnitude"]) == ("PercentChangeInCapacity", 4)
    assert [step["ScalingAdjustment"] for step in steps["StepAdjustments"]] == [50, 100]


def test_alarms_keep_threshold_metrics_and_actions(stacks: Stacks) -> None:
    """An alarm without its action wakes nobody."""
    alarms = client("cloudwatch")

    (busy,) = alarms.describe_alarms(AlarmNames=["dev-busy"])["MetricAlarms"]
    (trouble,) = alarms.describe_alarms(AlarmNames=["dev-trouble"], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    (backlog,) = alarms.describe_alarms(
        AlarmNames=[physical(stacks, "dev-work", "ApiTaskCountTargetBacklogUpperAlarm")]
    )["MetricAlarms"]

    assert (busy["Threshold"], busy["EvaluationPeriods"]) == (90.0, 3)
    assert busy["AlarmActions"] == ["arn:aws:sns:us-east-1:123456789012:dev-alarms"]
    assert trouble["AlarmRule"] == f'(ALARM("{busy["AlarmArn"]}"))'
    assert [query.get("Expression") for query in backlog["Metrics"]] == ["depth / 10", None]


def test_a_dashboard_is_there() -> None:
    """Its body is checked to be JSON with widgets."""
    body = client("cloudwatch").get_dashboard(DashboardName="dev-calls")["DashboardBody"]

    assert len(json.loads(body)["widgets"]) == 1


def test_a_bucket_keeps_its_lifecycle() -> None:
    """Vanilla moto drops it, and recordings would live for ever."""
    (rule,) = client("s3").get_bucket_lifecycle_configuration(Bucket="dev-recordings-123456789012")["Rules"]

    assert (rule["ID"], rule["Filter"], rule["Expiration"]) == ("recordings", {"Prefix": "calls/"}, {"Days": 365})
    assert rule["Transitions"] == [{"Days": 30, "StorageClass": "STANDARD_IA"}]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}


def test_a_bucket_keeps_its_protection() -> None:
    """Encryption, versions, logs and the public access block."""
    files, bucket = client("s3"), {"Bucket": "dev-recordings-123456789012"}

    (encryption,) = files.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    (tiering,) = files.list_bucket_intelligent_tiering_configurations(**bucket)["IntelligentTieringConfigurationList"]

    assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert files.get_bucket_versioning(**bucket)["Status"] == "Enabled"
    assert files.get_bucket_logging(**bucket)["LoggingEnabled"]["TargetPrefix"] == "recordings/"
    assert files.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is True
    assert tiering["Tierings"] == [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]


def test_a_bucket_that_wants_tls_still_takes_files() -> None:
    """moto reads a conditional denial as a denial."""
    files, place = client("s3"), {"Bucket": "dev-recordings-123456789012", "Key": "calls/1"}

    files.put_object(**place, Body=b"speech")

    assert files.get_object(**place)["Body"].read() == b"speech"


def test_queues_keep_their_attributes(stacks: Stacks) -> None:
    """An unnamed FIFO queue gets a name that ends in .fifo."""
    queues = client("sqs")
    url = physical(stacks, "dev-base", "Jobs")

    held = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]

    assert url.endswith(".fifo")
    assert (held["FifoQueue"], held["VisibilityTimeout"]) == ("true", "900")
    assert json.loads(held["RedrivePolicy"])["maxReceiveCount"] == 5


def test_load_balancers_keep_their_type_and_addresses(stacks: Stacks) -> None:
    """moto's own model makes every load balancer an application load balancer."""
    balancing = client("elbv2")
    arn = physical(stacks, "dev-work", "RestFixed")

    (fixed,) = balancing.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"]
    (turn,) = balancing.describe_listeners(ListenerArns=[physical(stacks, "dev-work", "NlbTurn")])["Listeners"]

    assert (fixed["Type"], len(fixed["AvailabilityZones"])) == ("network", 2)
    assert (turn["Protocol"], turn["Port"]) == ("UDP", 3478)


def test_a_target_group_drains_for_up_to_an_hour(stacks: Stacks) -> None:
    """Calls last; moto's own check stops one second short."""
    balancing = client("elbv2")
    arn = physical(stacks, "dev-work", "AlbHttpsApiGroup")

    held = balancing.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
    (group,) = balancing.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]

    assert {"Key": "deregistration_delay.timeout_seconds", "Value": "3600"} in held
    assert (group["HealthCheckPath"], group["Matcher"]) == ("/healthz", {"HttpCode": "200,406"})


def test_the_database_keeps_its_settings_and_its_secret(stacks: Stacks) -> None:
    """The owner's password lives in a secret that RDS manages."""
    found = client("rds").describe_db_instances()["DBInstances"]

    primary = next(one for one in found if one["DBInstanceIdentifier"] == physical(stacks, "dev-base", "Database"))
    assert (primary["Endpoint"]["Port"], primary["MultiAZ"], primary["StorageEncrypted"]) == (5433, True, True)
    assert ":secret:rds" in primary["MasterUserSecret"]["SecretArn"]
    assert len(primary["ReadReplicaDBInstanceIdentifiers"]) == 1


def test_the_cache_keeps_its_engine_and_parameters(stacks: Stacks) -> None:
    """Celery loses jobs when its broker evicts keys."""
    caches = client("elasticache")

    (group,) = caches.describe_replication_groups(ReplicationGroupId="dev-cache")["ReplicationGroups"]
    settings = caches.describe_cache_parameters(CacheParameterGroupName=physical(stacks, "dev-base", "CacheSettings"))

    assert (group["TransitEncryptionEnabled"], group["AtRestEncryptionEnabled"]) == (True, True)
    assert [(one["ParameterName"], one["ParameterValue"]) for one in settings["Parameters"]] == [
        ("maxmemory-policy", "noeviction")
    ]


def test_secrets_are_generated_attached_or_left_empty(stacks: Stacks) -> None:
    """A provider's key is empty until a person writes it."""
    secrets = client("secretsmanager")

    attached = json.loads(secrets.get_secret_value(SecretId=physical(stacks, "dev-work", "RestOwner"))["SecretString"])

    assert (attached["username"], attached["engine"], attached["port"]) == ("owner", "postgres", 5432)
    assert "VersionIdsToStages" not in secrets.describe_secret(SecretId="dev/github")


def test_the_console_is_an_amplify_app() -> None:
    """moto has no Amplify at all; the fake brings a small one."""
    amplify = client("amplify")

    app = next(app for app in amplify.list_apps()["apps"] if app["name"] == "dev-console")
    (branch,) = amplify.list_branches(appId=app["appId"])["branches"]
    (domain,) = amplify.list_domain_associations(appId=app["appId"])["domainAssociations"]

    assert app["environmentVariables"] == {"API_URL": "https://api.example"}
    assert (branch["branchName"], branch["stage"], domain["domainName"]) == ("main", "PRODUCTION", "dev.example.com")


def test_the_firewall_guards_the_load_balancer(stacks: Stacks) -> None:
    """A web ACL that nothing uses protects nothing."""
    arn = physical(stacks, "dev-work", "Alb")

    assert client("wafv2").get_web_acl_for_resource(ResourceArn=arn)["WebACL"]["Name"] == "dev-api"


def test_a_second_region_reads_the_first(stacks: Stacks) -> None:
    """Media in Europe uses the home region's queue."""
    far = client("ssm", region="eu-west-1").get_parameter(Name="/dev/home-queue")["Parameter"]["Value"]

    assert far == physical(stacks, "dev-base", "Jobs")
    assert client("sqs", region="eu-west-1").get_queue_url(QueueName="dev-events")["QueueUrl"]


def test_a_stacks_tags_reach_its_resources() -> None:
    """Costs are split by them."""
    (cluster,) = client("ecs").describe_clusters(clusters=["dev-services"], include=["TAGS"])["clusters"]
    tags = client("s3").get_bucket_tagging(Bucket="dev-recordings-123456789012")["TagSet"]

    assert {"key": "sample", "value": "dev"} in cluster["tags"]
    assert {"Key": "sample", "Value": "dev"} in tags


def test_a_custom_resources_handler_ran(stacks: Stacks) -> None:
    """It wrote a parameter, and its version is an output."""
    assert stacks["dev-work"].outputs == {**stacks["dev-work"].outputs, "SchemaVersion": "7"}
    assert client("ssm").get_parameter(Name="/dev/migration")["Parameter"]["Value"] == "migrated"
