"""S3 buckets: one property of CloudFormation is one call of the API, so the row is a table of its own."""

import re
from collections.abc import Callable
from typing import Any

from tests.fakes.cloudformation.errors import ResourceRefused
from tests.fakes.cloudformation.kind import Kind, Properties, Resource


def _configure(bucket: Resource) -> None:
    for property in bucket.properties.keys() - _CALLS.keys() - {"BucketName", "ObjectLockEnabled", "BucketNamespace"}:
        raise ResourceRefused(
            f"the fake cannot apply {property}; add it to tests/fakes/cloudformation/kinds/storage.py"
        )
    for property, apply in _CALLS.items():
        if property in bucket.properties:
            apply(bucket, bucket.properties[property])


def _create(bucket: Resource) -> Properties:
    params: Properties = {"Bucket": bucket.name}
    if bucket.home.region != "us-east-1":
        params["CreateBucketConfiguration"] = {"LocationConstraint": bucket.home.region}
    if bucket.take("ObjectLockEnabled"):
        params["ObjectLockEnabledForBucket"] = True
    return params


def _put(
    operation: str, parameter: str, *, shape: Callable[[Any], Any] = lambda value: value
) -> Callable[[Resource, Any], None]:
    def apply(bucket: Resource, value: Any) -> None:
        bucket.call(operation, Bucket=bucket.name, **{parameter: shape(value)})

    return apply


def _put_each(operation: str, parameter: str, *, shape: Callable[[Any], Any]) -> Callable[[Resource, Any], None]:
    def apply(bucket: Resource, value: Any) -> None:
        for item in value:
            bucket.call(operation, Bucket=bucket.name, Id=item["Id"], **{parameter: shape(item)})

    return apply


def _put_lifecycle(bucket: Resource, value: Properties) -> None:
    rest = {key: held for key, held in value.items() if key != "Rules"}
    rules = {"Rules": [_lifecycle_rule(rule) for rule in value["Rules"]]}
    bucket.call("put_bucket_lifecycle_configuration", Bucket=bucket.name, LifecycleConfiguration=rules, **rest)


def _lifecycle_rule(rule: Properties) -> Properties:
    """CloudFormation flattens what the API nests: `ExpirationInDays` is `Expiration.Days`."""
    taken: Properties = {"ID": rule.get("Id"), "Status": rule["Status"], "Filter": _filter(rule)}
    expiration = {
        "Days": rule.get("ExpirationInDays"),
        "Date": rule.get("ExpirationDate"),
        "ExpiredObjectDeleteMarker": rule.get("ExpiredObjectDeleteMarker"),
    }
    taken["Expiration"] = {key: value for key, value in expiration.items() if value is not None}
    moves = rule.get("Transitions", []) + [rule[one] for one in ("Transition",) if one in rule]
    taken["Transitions"] = [_renamed(move, TransitionInDays="Days", TransitionDate="Date") for move in moves]
    old_moves = rule.get("NoncurrentVersionTransitions", [])
    old_moves = old_moves + [rule[one] for one in ("NoncurrentVersionTransition",) if one in rule]
    taken["NoncurrentVersionTransitions"] = [_renamed(move, TransitionInDays="NoncurrentDays") for move in old_moves]
    taken["NoncurrentVersionExpiration"] = rule.get("NoncurrentVersionExpiration")
    if "NoncurrentVersionExpirationInDays" in rule:
        taken["NoncurrentVersionExpiration"] = {"NoncurrentDays": rule["NoncurrentVersionExpirationInDays"]}
    taken["AbortIncompleteMultipartUpload"] = rule.get("AbortIncompleteMultipartUpload")
    return {key: value for key, value in taken.items() if value or key == "Filter"}


def _filter(rule: Properties) -> Properties:
    parts: Properties = {
        key: rule[key] for key in ("Prefix", "ObjectSizeGreaterThan", "ObjectSizeLessThan") if key in rule
    }
    if "TagFilters" in rule:
        parts["Tags"] = rule["TagFilters"]
    if len(parts) == 1 and len(parts.get("Tags", [])) == 1:
        return {"Tag": parts["Tags"][0]}
    if len(parts) > 1 or "Tags" in parts:
        return {"And": parts}
    return parts or {"Prefix": ""}


def _renamed(value: Properties, **names: str) -> Properties:
    return {names.get(key, key): held for key, held in value.items()}


def _encryption(value: Properties) -> Properties:
    rules = value["ServerSideEncryptionConfiguration"]
    renamed = [_renamed(rule, ServerSideEncryptionByDefault="ApplyServerSideEncryptionByDefault") for rule in rules]
    return {"Rules": renamed}


def _logging(value: Properties) -> Properties:
    target = {"TargetPrefix": "", **_renamed(value, DestinationBucketName="TargetBucket", LogFilePrefix="TargetPrefix")}
    return {"LoggingEnabled": target} if "TargetBucket" in target else {}


def _cors(value: Properties) -> Properties:
    return {"CORSRules": [_renamed(rule, ExposedHeaders="ExposeHeaders", MaxAge="MaxAgeSeconds", Id="ID")
                          for rule in value["CorsRules"]]}  # fmt: skip


def _notifications(value: Properties) -> Properties:
    renamed: Properties = {}
    targets = {"Queue": "QueueArn", "Topic": "TopicArn", "Function": "LambdaFunctionArn"}
    for group, items in value.items():
        renamed[group.replace("LambdaConfigurations", "LambdaFunctionConfigurations")] = (
            [_notification(item, targets) for item in items] if isinstance(items, list) else {}
        )
    return renamed


def _notification(item: Properties, targets: dict[str, str]) -> Properties:
    changed = {targets.get(key, key): held for key, held in item.items() if key not in ("Event", "Filter")}
    changed["Events"] = [item["Event"]]
    if "Filter" in item:
        changed["Filter"] = {"Key": {"FilterRules": item["Filter"]["S3Key"]["Rules"]}}
    return changed


def _tiering(item: Properties) -> Properties:
    return {
        **{key: held for key, held in item.items() if key not in ("Prefix", "TagFilters")},
        **({"Filter": _filter(item)} if {"Prefix", "TagFilters"} & item.keys() else {}),
    }


def _canned_acl(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


_CALLS: dict[str, Callable[[Resource, Any], None]] = {
    "AccessControl": _put("put_bucket_acl", "ACL", shape=_canned_acl),
    "VersioningConfiguration": _put("put_bucket_versioning", "VersioningConfiguration"),
    "BucketEncryption": _put("put_bucket_encryption", "ServerSideEncryptionConfiguration", shape=_encryption),
    "PublicAccessBlockConfiguration": _put("put_public_access_block", "PublicAccessBlockConfiguration"),
    "OwnershipControls": _put("put_bucket_ownership_controls", "OwnershipControls"),
    "LifecycleConfiguration": _put_lifecycle,
    "IntelligentTieringConfigurations": _put_each(
        "put_bucket_intelligent_tiering_configuration", "IntelligentTieringConfiguration", shape=_tiering
    ),
    "LoggingConfiguration": _put("put_bucket_logging", "BucketLoggingStatus", shape=_logging),
    "CorsConfiguration": _put("put_bucket_cors", "CORSConfiguration", shape=_cors),
    "NotificationConfiguration": _put(
        "put_bucket_notification_configuration", "NotificationConfiguration", shape=_notifications
    ),
    "ObjectLockConfiguration": _put("put_object_lock_configuration", "ObjectLockConfiguration"),
    "Tags": _put("put_bucket_tagging", "Tagging", shape=lambda tags: {"TagSet": tags}),
}

KINDS = {
    "AWS::S3::Bucket": Kind(
        service="s3",
        create="create_bucket",
        attributes={
            "Arn": "join('', ['arn:aws:s3:::', name])",
            "DomainName": "join('', [name, '.s3.amazonaws.com'])",
            "RegionalDomainName": "join('', [name, '.s3.', region, '.amazonaws.com'])",
            "DualStackDomainName": "join('', [name, '.s3.dualstack.', region, '.amazonaws.com'])",
        },
        name="BucketName",
        name_limit=63,
        name_lower=True,
        prepare=_create,
        then=_configure,
    ),
    "AWS::S3::BucketPolicy": Kind(
        service="s3",
        create="put_bucket_policy",
        ref="props.Bucket",
        renames={"PolicyDocument": "Policy"},
    ),
}
