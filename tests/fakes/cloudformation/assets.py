"""Publish an assembly's files into mocked S3, where templates expect them: what the CLI does before a deploy."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from tests.fakes.cloudformation.clients import client


def publish(assembly: Path, *, account: str, region: str) -> None:
    """Upload every file asset except templates, which are handed over directly.

    Args:
        assembly: The `cdk.out` directory.
        account: For destinations that name none.
        region: For destinations that name none.
    """
    for manifest in assembly.glob("*.assets.json"):
        for asset in json.loads(manifest.read_text())["files"].values():
            path = assembly / asset["source"]["path"]
            if path.name.endswith(".template.json"):
                continue
            for destination in asset["destinations"].values():
                _upload(path, destination, account=account, region=region)


def _upload(path: Path, destination: dict[str, Any], *, account: str, region: str) -> None:
    place = destination.get("region", region)
    files = client("s3", account=account, region=place)
    bucket = destination["bucketName"].replace("${AWS::AccountId}", account).replace("${AWS::Region}", place)
    if bucket not in [held["Name"] for held in files.list_buckets()["Buckets"]]:
        where = {} if place == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": place}}
        files.create_bucket(Bucket=bucket, **where)
    files.put_object(Bucket=bucket, Key=destination["objectKey"], Body=_packed(path))


def _packed(path: Path) -> bytes:
    if path.is_file():
        return path.read_bytes()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for file in sorted(found for found in path.rglob("*") if found.is_file()):
            packed.write(file, file.relative_to(path))
    return archive.getvalue()
