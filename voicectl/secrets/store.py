"""Secrets Manager, as these commands use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from voicectl.secrets.errors import AccountSilent

ABSENT = "ResourceNotFoundException"


@contextmanager
def signed_in() -> Iterator[None]:
    """Whatever AWS refuses is said with what to do.

    Raises:
        AccountSilent: Nobody is signed in, AWS does not answer, or it does not allow this.
    """
    try:
        yield
    except (BotoCoreError, ClientError) as refused:
        raise AccountSilent(f"AWS cannot be asked: {refused}; sign in first, such as by `aws sso login`") from None


def value_of(name: str, region: str) -> str | None:
    """A secret's text; None where there is no such secret, or none of its values."""
    try:
        answer = boto3.client("secretsmanager", region_name=region).get_secret_value(SecretId=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == ABSENT:
            return None
        raise
    return str(answer.get("SecretString", ""))


def exists(name: str, region: str) -> bool:
    """Whether there is such a secret, with or without a value."""
    try:
        boto3.client("secretsmanager", region_name=region).describe_secret(SecretId=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == ABSENT:
            return False
        raise
    return True


def changed_at(name: str, region: str) -> datetime:
    """When its value was last changed."""
    described = boto3.client("secretsmanager", region_name=region).describe_secret(SecretId=name)
    changed: datetime = described["LastChangedDate"]
    return changed


def put(name: str, region: str, text: str) -> None:
    """Give it a new value."""
    boto3.client("secretsmanager", region_name=region).put_secret_value(SecretId=name, SecretString=text)
