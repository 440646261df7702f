"""An account in which environments really are deployed, as far as moto goes."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import boto3
import pytest

from tests.fakes.cloudformation.account import empty_account
from tests.fakes.cloudformation.deploy import DeployedStack, deploy_assembly
from tests.synthesis import Syntheses

PROVIDER_KEYS = json.dumps({"deepgram_api_key": "a", "openai_api_key": "b", "elevenlabs_api_key": "c"})
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


def write_secrets(stack: DeployedStack) -> None:
    """What people do after the data stack is there."""
    if stack.name.endswith("-data"):
        secrets = boto3.client("secretsmanager")
        prefix = stack.name.removesuffix("-data").replace("voiceplane-", "voiceplane/")
        secrets.put_secret_value(SecretId=f"{prefix}/providers", SecretString=PROVIDER_KEYS)
        secrets.put_secret_value(SecretId=f"{prefix}/github", SecretString="token")


@pytest.fixture(scope="module")
def account(syntheses: Syntheses) -> Iterator[dict[str, list[DeployedStack]]]:
    """dev, staging and prod, side by side in one account and region; gone when the last of its tests is."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        stack.enter_context(empty_account())
        yield {
            name: deploy_assembly(syntheses.reviewed(name).folder, between=write_secrets)
            for name in ("dev", "staging", "prod")
        }


def pages(client: Any, operation: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Everything that a paginated call lists."""
    for page in client.get_paginator(operation).paginate(**arguments):
        for key, value in page.items():
            if isinstance(value, list) and key != "ResponseMetadata":
                yield from value
