"""An account on moto in which production's foundations stand, and its services run."""

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from tests.synthesis import Synthesis
from voicectl.review.templates import Assembly
from voicectl.secrets.expected import expected_secrets

LIVEKIT = "voiceplane/prod/livekit"
FIRST_KEY = "voiceplane-prod-key"
MADE = "a" * 48
PROVIDERS = {"deepgram_api_key": "d" * 40, "openai_api_key": "o" * 40, "elevenlabs_api_key": "e" * 40}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account that somebody is signed in to, whose tasks start at once."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "MOTO_ECS_SERVICE_RUNNING": "1",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield


@pytest.fixture
def prod_assembly(prod: Synthesis) -> Assembly:
    """Production's templates."""
    return prod.assembly


@pytest.fixture
def founded(account: None, prod_assembly: Assembly) -> Assembly:  # noqa: ARG001 - it stands in that account
    """What the foundations leave: generated secrets have a value, those of people have none."""
    client = boto3.client("secretsmanager")
    for secret in expected_secrets(prod_assembly):
        keys = json.dumps({FIRST_KEY: MADE})
        value = {"SecretString": keys if secret.is_keys else MADE} if secret.is_generated else {}
        client.create_secret(Name=secret.name, **value)
    return prod_assembly


def text_of(name: str) -> str:
    """A secret's value, to compare."""
    return str(boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])


def run_services(assembly: Assembly, *, key: str = FIRST_KEY) -> None:
    """Deploy every service with a task that signs with a key, as the template of that key would."""
    client = boto3.client("ecs")
    for stack, service in assembly.of_type("AWS::ECS::Service"):
        cluster = stack.properties_of(service.properties["Cluster"])["ClusterName"]
        client.create_cluster(clusterName=cluster)
        containers = stack.properties_of(service.properties["TaskDefinition"])["ContainerDefinitions"]
        definition = client.register_task_definition(
            family=service.properties["ServiceName"],
            containerDefinitions=[_container(each, key=key) for each in containers],
        )["taskDefinition"]["taskDefinitionArn"]
        deploy(cluster, service.properties["ServiceName"], definition)


def deploy(cluster: str, service: str, definition: str) -> None:
    """Have a service run tasks of a definition; moto's deployments keep the one that they were made with."""
    client = boto3.client("ecs")
    if client.describe_services(cluster=cluster, services=[service])["services"]:
        client.delete_service(cluster=cluster, service=service, force=True)
    client.create_service(cluster=cluster, serviceName=service, taskDefinition=definition, desiredCount=1)


def _container(described: dict[str, object], *, key: str) -> dict[str, object]:
    named = described.get("Secrets", [])
    assert isinstance(named, list)
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:voiceplane/prod/livekit-AbCdEf"
    client_of_livekit = "LIVEKIT_API_SECRET" in [each["Name"] for each in named]
    secrets = [{"name": "LIVEKIT_API_SECRET", "valueFrom": f"{arn}:{key}::"}] if client_of_livekit else []
    return {"name": described["Name"], "image": "image", "memory": 128, "secrets": secrets}
