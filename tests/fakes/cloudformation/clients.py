"""boto3 clients that speak to moto in this very process, one per account, region and service."""

from functools import cache
from typing import Any, cast

import boto3
from botocore.config import Config
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import AccessKey, iam_backends

_ONE_ATTEMPT = Config(retries={"total_max_attempts": 1}, parameter_validation=True)


def client(service: str, *, account: str = DEFAULT_ACCOUNT_ID, region: str = "us-east-1") -> Any:
    """The boto3 client of a service, kept between tests: making one takes longer than most tests.

    Args:
        service: boto3's name of it.
        account: moto takes it from the access key, so each account gets its own key.
        region: Where to look.
    """
    _admit(account)
    return _client(service, account, region)


def _admit(account: str) -> None:
    keys = iam_backends[account]["aws"].access_keys
    if account != DEFAULT_ACCOUNT_ID and key_of(account) not in keys:
        # moto declares this class abstract, and makes objects of it all the same.
        keys[key_of(account)] = cast(Any, AccessKey)(user_name=None, prefix="AKIA", account_id=account)


def key_of(account: str) -> str:
    """The access key id that stands for an account."""
    return f"AKIA{account}FAKE"


@cache
def _client(service: str, account: str, region: str) -> Any:
    return _session(account).client(service, region_name=region, config=_ONE_ATTEMPT)


@cache
def _session(account: str) -> boto3.session.Session:
    return boto3.session.Session(aws_access_key_id=key_of(account), aws_secret_access_key="fake")
