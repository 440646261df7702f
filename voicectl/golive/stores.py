"""Looks at what keeps data: the database, Valkey, the buckets, and whether they outlive their stack."""

from collections.abc import Iterator
from typing import Any, Final

from voicectl.golive.answer import Found, Place, judged
from voicectl.review.templates import Assembly, Properties, Resource

DATABASE: Final = "AWS::RDS::DBInstance"
VALKEY: Final = "AWS::ElastiCache::ReplicationGroup"
BUCKET: Final = "AWS::S3::Bucket"
KEY: Final = "AWS::KMS::Key"
BACKUP_DAYS: Final = 7
COLD_DAYS: Final = 90
COLD: Final = ("GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")
NARROWED: Final = ("Prefix", "TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")  # to a part of the bucket
RETAIN: Final = ("Retain", "RetainExceptOnCreate")
OUTLIVES: Final = {DATABASE: (*RETAIN, "Snapshot"), VALKEY: (*RETAIN, "Snapshot"), BUCKET: RETAIN, KEY: RETAIN}


def database_backups(place: Place) -> Found:
    """Backups, a second zone, and nobody deletes it by mistake."""
    primaries = [each for _, each in place.assembly.of_type(DATABASE) if not is_replica(each)]
    wrong = [] if primaries else ["there is no database"]
    for properties in (each.properties for each in primaries):
        days = int(properties.get("BackupRetentionPeriod", 1))  # RDS keeps one day where nothing is said
        wrong += [f"backups are kept for {days} days"] if days < BACKUP_DAYS else []
        wrong += [] if is_on(properties.get("MultiAZ")) else ["one zone only"]
        wrong += [] if is_on(properties.get("DeletionProtection")) else ["no deletion protection"]
        wrong += [] if is_on(properties.get("StorageEncrypted")) else ["it and its backups are not encrypted"]
    return judged(wrong, f"backups of {BACKUP_DAYS} days or more, two zones, deletion protection", "data.database")


def valkey_persistence(place: Place) -> Found:
    """The broker's messages survive a node, and live state has a second node."""
    groups = [each.properties for _, each in place.assembly.of_type(VALKEY)]
    by_name = {str(each.get("ReplicationGroupId", "a group without a name")): each for each in groups}
    wrong = [f"there is no group -{part}" for part in ("live", "broker") if not _ending(by_name, part)]
    for name, properties in by_name.items():
        wrong += [] if is_on(properties.get("AutomaticFailoverEnabled")) else [f"{name} has no failover"]
        wrong += [] if is_on(properties.get("MultiAZEnabled")) else [f"{name} is in one zone"]
        wrong += [] if _nodes(properties) > 1 else [f"{name} has no second node"]
    lost = [name for name in _ending(by_name, "broker") if not _is_durable(by_name[name])]
    wrong += [f"{name} is neither durable nor has it snapshots" for name in lost]
    return judged(wrong, "failover, two zones, and a durable broker", "data.live and data.broker")


def storage_lifecycle(place: Place) -> Found:
    """Cold after 90 days, deleted at the retention, and half uploads taken away."""
    kept = place.environment.data.storage.retention_days
    buckets = [each for each in _kept_in(place.assembly) if each.type == BUCKET]
    wrong = [] if buckets else ["there is no bucket"]
    wrong += [f"{each.construct}: {fault}" for each in buckets for fault in _never_done(each.properties, kept=kept)]
    return judged(wrong, f"cold after {COLD_DAYS} days, deleted after {kept}", "data.storage")


def protected_stacks(place: Place) -> Found:
    """What keeps data is not deleted with its stack, nor when its resource is replaced."""
    keeps = [each for each in _kept_in(place.assembly) if each.type in OUTLIVES and not is_replica(each)]
    lost = [f"there is no {kind} to be kept" for kind in OUTLIVES if kind not in {each.type for each in keeps}]
    lost += [
        f"{each.stack}: {each.logical_id}, {policy} {each.entry.get(policy, 'Delete')}"
        for each in keeps
        for policy in ("DeletionPolicy", "UpdateReplacePolicy")
        if each.entry.get(policy) not in OUTLIVES[each.type]
    ]
    return judged(lost, "database, Valkey, buckets and keys outlive their stack", "data.retain = true")


def is_on(value: Any) -> bool:
    """Whether a property is true; CloudFormation takes words for it, and "false" is true for Python."""
    return str(value).lower() == "true"


def is_replica(resource: Resource) -> bool:
    """A replica has its primary's backups, and nothing that the primary has not."""
    return resource.type == DATABASE and "SourceDBInstanceIdentifier" in resource.properties


def _kept_in(assembly: Assembly) -> Iterator[Resource]:
    """What is in the data stack of the first region, where data is kept."""
    return (resource for stack, resource in assembly.resources() if stack.name.endswith("-data"))


def _ending(by_name: dict[str, Properties], part: str) -> list[str]:
    return [name for name in by_name if name.endswith(f"-{part}")]


def _nodes(properties: Properties) -> int:
    return max(int(properties.get("NumCacheClusters", 1)), 1 + int(properties.get("ReplicasPerNodeGroup", 0)))


def _is_durable(properties: Properties) -> bool:
    return properties.get("Durability") in ("sync", "async") or int(properties.get("SnapshotRetentionLimit", 0)) > 0


def _never_done(bucket: Properties, *, kept: int) -> Iterator[str]:
    """Yield what no rule does to the whole bucket; a rule that is off does nothing."""
    rules = [
        rule
        for rule in bucket.get("LifecycleConfiguration", {}).get("Rules", [])
        if rule.get("Status") == "Enabled" and not set(NARROWED) & set(rule)
    ]
    moves = [move for rule in rules for move in rule.get("Transitions", []) if move.get("StorageClass") in COLD]
    cold = min((int(move.get("TransitionInDays", COLD_DAYS + 1)) for move in moves), default=None)
    deleted = min((int(rule["ExpirationInDays"]) for rule in rules if "ExpirationInDays" in rule), default=None)
    if cold is None:
        yield "nothing is moved to cold storage"
    elif cold > COLD_DAYS:
        yield f"cold after {cold} days"
    if deleted is None:
        yield "nothing is ever deleted"
    elif deleted != kept:
        yield f"deleted after {deleted} days, not after the {kept} of data.storage"
    if bucket.get("VersioningConfiguration", {}).get("Status") == "Enabled" and not _all(rules, "Noncurrent"):
        yield "what is deleted stays as an old version"
    if not _all(rules, "AbortIncompleteMultipartUpload"):
        yield "half uploads stay"


def _all(rules: list[Properties], beginning: str) -> list[str]:
    return [key for rule in rules for key in rule if key.startswith(beginning)]
