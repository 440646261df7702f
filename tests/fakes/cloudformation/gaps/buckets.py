"""S3: intelligent tiering, logging before its policy, and policies with conditions."""

import json
from typing import Any

from moto.iam.access_control import IAMPolicy
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from tests.fakes.cloudformation.gaps.graft import graft

_put, _get = S3Response._bucket_response_put, S3Response._bucket_response_get
_ROOT = "ListBucketIntelligentTieringConfigurationsOutput"


def fill() -> None:
    """Add the tiering calls; relax two checks that moto makes and S3 does not."""
    graft(S3Response, _bucket_response_put=_put_tiering, _bucket_response_get=_get_tiering)
    # S3 takes a log target whose policy comes later, and CloudFormation always makes the policy later.
    graft(FakeBucket, _log_permissions_enabled_policy=lambda *_, **__: True, get_permission=_permission)


def _put_tiering(response: S3Response, request: Any, bucket: str, query: dict[str, list[str]]) -> Any:
    if "intelligent-tiering" not in query:
        return _put(response, request, bucket, query)
    body = response.body
    _held(response, bucket)[query["id"][0]] = body.encode() if isinstance(body, str) else body
    return 200, {}, ""


def _get_tiering(response: S3Response, bucket: str, query: dict[str, list[str]]) -> Any:
    if "intelligent-tiering" not in query:
        return _get(response, bucket, query)
    held = _held(response, bucket)
    if "id" in query:
        return 200, {}, held[query["id"][0]]
    return 200, {}, f"<{_ROOT}>".encode() + b"".join(held.values()) + f"</{_ROOT}>".encode()


def _held(response: S3Response, bucket: str) -> dict[str, bytes]:
    tiers: dict[str, bytes] = response.backend.get_bucket(bucket).__dict__.setdefault("tiering", {})
    return tiers


def _permission(bucket: FakeBucket, action: str, resource: str) -> Any:
    """What the bucket's policy says, without its conditions: moto denies where one is not met, even to a denial."""
    policy = json.loads(bucket.policy or '{"Statement": []}')
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    plain = [statement for statement in statements if "Condition" not in statement]
    return IAMPolicy(json.dumps({**policy, "Statement": plain})).is_action_permitted(action, resource)
