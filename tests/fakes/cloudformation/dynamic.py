"""Dynamic references: `{{resolve:secretsmanager:…}}` and `{{resolve:ssm:…}}` inside resolved properties."""

import json
import re
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tests.fakes.cloudformation.errors import ResourceRefused

Client = Callable[[str, str], Any]
REFERENCE = re.compile(r"\{\{resolve:(secretsmanager|ssm|ssm-secure):([^}]+)\}\}")
_SECRET = re.compile(
    r"(?P<id>arn:[^:]*:secretsmanager:(?P<region>[^:]*):\d*:secret:[^:]+|[^:]+)"
    r"(?::SecretString(?::(?P<key>[^:]*))?(?::(?P<stage>[^:]*))?(?::(?P<version>[^:]*))?)?"
)


def fill_in(value: Any, *, client: Client, region: str) -> Any:
    """The value with every dynamic reference replaced by what it points to.

    Args:
        value: A resolved template value.
        client: Gives the boto3 client of a service in a region.
        region: Of the stack; a secret's own ARN may name another.

    Raises:
        ResourceRefused: The secret or parameter is missing, or has no value yet.
    """
    if isinstance(value, dict):
        return {key: fill_in(held, client=client, region=region) for key, held in value.items()}
    if isinstance(value, list):
        return [fill_in(item, client=client, region=region) for item in value]
    if not isinstance(value, str) or "{{resolve:" not in value:
        return value
    return REFERENCE.sub(lambda match: _read(match[1], match[2], client, region), value)


def _read(service: str, path: str, client: Client, region: str) -> str:
    if service == "secretsmanager":
        return _secret(path, client, region)
    name = re.sub(r":\d+$", "", path)
    try:
        return str(client("ssm", region).get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
    except ClientError as error:
        raise ResourceRefused(f"the dynamic reference to parameter {name} failed: {error}") from error


def _secret(path: str, client: Client, region: str) -> str:
    named = _SECRET.fullmatch(path)
    if named is None:
        raise ResourceRefused(f"the dynamic reference secretsmanager:{path} is malformed")
    versions = {"VersionStage": named["stage"], "VersionId": named["version"]}
    secrets = client("secretsmanager", named["region"] or region)
    try:
        secrets.describe_secret(SecretId=named["id"])
    except ClientError as error:
        raise ResourceRefused(f"the dynamic reference to secret {named['id']} failed: {error}") from error
    try:
        text = secrets.get_secret_value(SecretId=named["id"], **{k: v for k, v in versions.items() if v})
    except ClientError as error:
        raise ResourceRefused(
            f"secret {named['id']} has no value yet; write one (aws secretsmanager put-secret-value) and deploy again"
        ) from error
    return _field(str(text["SecretString"]), named["key"], named["id"])


def _field(text: str, key: str | None, secret: str) -> str:
    if not key:
        return text
    try:
        return str(json.loads(text)[key])
    except (ValueError, KeyError, TypeError):
        raise ResourceRefused(f"secret {secret} has no field {key}; its value must be a JSON object with it") from None
