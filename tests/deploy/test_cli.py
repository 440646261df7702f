"""docs/first-deploy.md, step by step, with the real CLI against a moto server.

Bootstrap, foundations, images, secrets, services.

Only creation: moto cannot change a stack. The CLI runs under a timeout, and a failure is the CLI's own exit code.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from tests.deploy.conftest import PROVIDER_KEYS, pages
from tests.fakes.cloudformation.cli import Cloud, serving
from voicectl.deploy.needs import image_needs
from voicectl.deploy.run import BEGUN
from voicectl.review.templates import read_assembly
from voicectl.toolchain import ROOT

pytestmark = pytest.mark.xdist_group("cli")
LIMIT_SECONDS = 240
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"


@dataclass
class Operator:
    """Somebody with a clone, an account and the documentation."""

    cloud: Cloud

    def deploy(self, step: str) -> subprocess.CompletedProcess[str]:
        """`make deploy ENV=dev STEP=…`, without make."""
        return self._run(sys.executable, "-m", "voicectl", "deploy", "dev", "--step", step)

    def bootstrap(self) -> subprocess.CompletedProcess[str]:
        """`make bootstrap ENV=dev`."""
        return self._run("make", "bootstrap", "ENV=dev")

    def client(self, service: str) -> Any:
        """A boto3 client of the account."""
        keys = {"aws_access_key_id": "123456789012", "aws_secret_access_key": "fake"}
        return boto3.client(service, region_name="us-east-1", endpoint_url=self.cloud.endpoint, **keys)

    def push_images(self) -> None:
        """What a pipeline does with its images: here only their names matter."""
        for need in image_needs(read_assembly(ROOT / "cdk.out")):
            body = {"schemaVersion": 2, "mediaType": MANIFEST, "layers": []}
            config = {"mediaType": CONFIG, "digest": need.repository}
            manifest = json.dumps({**body, "config": config})
            self.client("ecr").put_image(
                repositoryName=need.repository, imageTag=need.reference, imageManifest=manifest
            )

    def write_secrets(self) -> None:
        """What people do."""
        secrets = self.client("secretsmanager")
        secrets.put_secret_value(SecretId="voiceplane/dev/providers", SecretString=PROVIDER_KEYS)
        secrets.put_secret_value(SecretId="voiceplane/dev/github", SecretString="token")

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        variables = self._variables()
        return subprocess.run(
            command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
        )

    def _variables(self) -> Mapping[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'constructs'}",
            "AWS_ENDPOINT_URL": self.cloud.endpoint,
            "AWS_ACCESS_KEY_ID": "123456789012",
            "AWS_SECRET_ACCESS_KEY": "fake",
            "AWS_REGION": "us-east-1",
        }


@pytest.fixture(scope="module")
def operator() -> Iterator[Operator]:
    """On an empty account."""
    with serving() as cloud:
        yield Operator(cloud)


def test_an_empty_account_comes_up_by_the_documented_steps(operator: Operator) -> None:
    """Each step is refused until the one before it was taken, and then goes through."""
    assert "make bootstrap ENV=dev" in operator.deploy("foundations").stderr
    assert operator.bootstrap().returncode == 0

    foundations = operator.deploy("foundations")
    assert foundations.returncode == 0, foundations.stdout + foundations.stderr
    refused = operator.deploy("services")
    assert refused.returncode == 2
    assert refused.stderr.count("docker buildx") == 6
    assert "put-secret-value" in refused.stderr
    assert not BEGUN.exists()  # nothing was changed, so there is nothing to undo

    operator.push_images()
    operator.write_secrets()
    services = operator.deploy("services")
    assert services.returncode == 0, services.stdout + services.stderr
    assert BEGUN.read_text() == "dev\n"
    before = operator.client("ssm").get_parameter(Name="/voiceplane-dev/before-last-deploy")["Parameter"]["Value"]
    assert json.loads(before)["found"] == {}  # the first deployment has nothing to go back to
    listed = pages(operator.client("ecs"), "list_services", cluster="voiceplane-dev-control-plane")
    assert {str(arn).rpartition("/")[2] for arn in listed} >= {"api", "websocket", "celery-voice", "beat", "supervisor"}
