"""The pinned CDK CLI deploys to a moto server with the fake in it, and believes what it is told: green and red."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.fakes.cloudformation import cli
from tests.fakes.cloudformation.errors import CommandFailed
from tests.fakes.cloudformation.sample_app import synthesize, synthesize_broken

pytestmark = pytest.mark.skipif(not cli.installed(), reason="the CDK CLI is not installed; run npm ci")


@pytest.fixture(scope="module")
def cloud() -> Iterator[cli.Cloud]:
    """A server that `cdk bootstrap` has prepared in both of the sample's regions."""
    with cli.serving() as served:
        served.bootstrap()
        served.bootstrap(region="eu-west-1")
        yield served


def api(cloud: cli.Cloud, service: str, *, region: str = "us-east-1") -> Any:
    """A boto3 client of the server."""
    keys = {"aws_access_key_id": "123456789012", "aws_secret_access_key": "fake"}
    return boto3.client(service, region_name=region, endpoint_url=cloud.endpoint, **keys)


def test_the_cli_deploys_every_stack(cloud: cli.Cloud, tmp_path: Path) -> None:
    """Assets, roles, change sets and waiting: what a deploy needs beside templates."""
    assembly = synthesize(tmp_path)

    printed = cloud.deploy(assembly)

    services = api(cloud, "ecs").list_services(cluster="sample-services")["serviceArns"]
    actions = api(cloud, "application-autoscaling").describe_scheduled_actions(ServiceNamespace="ecs")
    queues = api(cloud, "sqs", region="eu-west-1").list_queues()["QueueUrls"]
    assert "sample-work.SchemaVersion = 7" in printed
    assert len(services) == 1
    assert [action["Timezone"] for action in actions["ScheduledActions"]] == ["America/New_York"]
    assert [url.rpartition("/")[2] for url in queues] == ["sample-events"]


def test_the_cli_fails_with_the_reason(cloud: cli.Cloud, tmp_path: Path) -> None:
    """With vanilla moto the same deploy prints a green tick."""
    assembly = synthesize_broken(tmp_path)

    with pytest.raises(CommandFailed, match="did you mean VisibilityTimeout"):
        cloud.deploy(assembly)

    stack = api(cloud, "cloudformation").describe_stacks(StackName="broken")["Stacks"][0]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
