"""The largest platform with everything switched on, in two regions, is deployed too."""

from collections.abc import Iterator

import boto3
import pytest

from tests.deploy.conftest import CREDENTIALS, PROVIDER_KEYS, pages
from tests.fakes.cloudformation.account import empty_account
from tests.fakes.cloudformation.deploy import DeployedStack, deploy_assembly
from tests.synthesis import Syntheses

pytestmark = [pytest.mark.xdist_group("two regions"), pytest.mark.usefixtures("stacks")]
FILE = """
region = "us-east-1"
size = "large"

[domain]
name = "voice.example.com"

[operations]
alarm_email = "oncall@example.com"
monthly_budget_usd = 50000
sentry = true

[delivery]
repository = "example/voiceplane"
oidc_provider = "create"

[data.handoff]
enabled = true

[media]
overflow = "livekit-cloud"
overflow_url = "wss://example.livekit.cloud"

[websocket]
rollout = "canary"

[[regions]]
name = "eu-west-1"
cidr = "10.1.0.0/16"
"""


@pytest.fixture(scope="module")
def stacks(syntheses: Syntheses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, DeployedStack]]:
    """Deployed, each after what it depends on."""
    path = tmp_path_factory.mktemp("files") / "wide.toml"
    path.write_text(FILE)
    with pytest.MonkeyPatch.context() as patch, empty_account():
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        deployed = deploy_assembly(syntheses.reviewed(str(path)).folder, between=write_secrets)
        yield {stack.name: stack for stack in deployed}


def write_secrets(stack: DeployedStack) -> None:
    """What people do after the data stack is there."""
    if stack.name == "voiceplane-wide-data":
        secrets = boto3.client("secretsmanager")
        secrets.put_secret_value(SecretId="voiceplane/wide/providers", SecretString=PROVIDER_KEYS)
        secrets.put_secret_value(SecretId="voiceplane/wide/github", SecretString="token")


def test_media_and_agents_run_in_both_regions(stacks: dict[str, DeployedStack]) -> None:
    """Callers far away must not speak across an ocean."""
    for region in ("us-east-1", "eu-west-1"):
        ecs = boto3.client("ecs", region_name=region)
        listed = [*pages(ecs, "list_services", cluster="voiceplane-wide-media")]
        assert {str(arn).rpartition("/")[2] for arn in listed} == {"livekit", "egress"}
    assert "voiceplane-wide-agents-eu-west-1" in stacks


def test_the_further_region_has_its_own_valkey_and_no_database() -> None:
    """LiveKit's cluster does not span regions; the record lives in one."""
    cache, databases = (boto3.client(name, region_name="eu-west-1") for name in ("elasticache", "rds"))

    assert [group["ReplicationGroupId"] for group in cache.describe_replication_groups()["ReplicationGroups"]] == [
        "voiceplane-wide-live"
    ]
    assert databases.describe_db_instances()["DBInstances"] == []


def test_both_sides_have_a_route_to_the_other() -> None:
    """Agents call back to the control plane at home, by its internal name."""
    for region, elsewhere in (("us-east-1", "10.1.0.0/16"), ("eu-west-1", "10.0.0.0/16")):
        tables = boto3.client("ec2", region_name=region).describe_route_tables()["RouteTables"]
        routed = [
            route
            for table in tables
            for route in table["Routes"]
            if route.get("DestinationCidrBlock") == elsewhere and "VpcPeeringConnectionId" in route
        ]
        assert len(routed) >= 4, region


def test_the_hand_off_is_in_order_and_keeps_what_nobody_could_use() -> None:
    """A receiver that is down must not lose the end of a session."""
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="voiceplane-wide-session-completed.fifo")["QueueUrl"]

    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]

    assert attributes["FifoQueue"] == "true"
    assert "voiceplane-wide-session-completed-dead.fifo" in attributes["RedrivePolicy"]
