"""The two buckets: what is put there, fetched from there, and shown for a while."""

from functools import cache
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from contract.environment import ControlPlaneEnv
from control_plane.errors import JobFailed, JobImpossible

SHOWN_SECONDS: Final = 300  # how long a presigned address works
PATIENCE: Final = Config(
    connect_timeout=2, read_timeout=30, retries={"total_max_attempts": 3, "mode": "standard"}, signature_version="s3v4"
)
ABSENT: Final = frozenset({"404", "NoSuchKey", "NotFound"})


def object_exists(bucket: str, key: str) -> bool:
    """Whether there is an object."""
    try:
        _s3().head_object(Bucket=bucket, Key=key)
    except ClientError as said:
        if said.response["Error"]["Code"] in ABSENT:
            return False
        raise
    return True


def object_fetch(bucket: str, key: str, *, target: Path) -> None:
    """Copy an object into a file.

    Raises:
        JobImpossible: There is none.
        JobFailed: S3 did not answer, or refused.
    """
    try:
        _s3().download_file(bucket, key, str(target))
    except ClientError as said:
        if said.response["Error"]["Code"] in ABSENT:
            raise JobImpossible(f"recording_missing: no {key}") from None
        raise JobFailed(f"{key} not fetched: {said.response['Error']['Code']}") from None
    except BotoCoreError as away:
        raise JobFailed(f"{key} not fetched: {type(away).__name__}") from None


def object_put(bucket: str, key: str, *, body: bytes | Path, kind: str) -> None:
    """Write an object, whole or not at all.

    Raises:
        JobFailed: S3 did not take it.
    """
    try:
        if isinstance(body, Path):
            _s3().upload_file(str(body), bucket, key, ExtraArgs={"ContentType": kind})
        else:
            _s3().put_object(Bucket=bucket, Key=key, Body=body, ContentType=kind)
    except (ClientError, BotoCoreError) as failed:
        raise JobFailed(f"{key} not written: {type(failed).__name__}") from None


def object_address(bucket: str, key: str) -> str:
    """Answer where whoever has this address may read an object, for SHOWN_SECONDS; asks nobody."""
    address: str = _s3().generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=SHOWN_SECONDS
    )
    return address


@cache
def _s3() -> Any:
    environment: ControlPlaneEnv = settings.ENVIRONMENT
    return boto3.client("s3", region_name=environment.aws_region, config=PATIENCE)
