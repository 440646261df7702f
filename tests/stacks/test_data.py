"""What a session leaves is encrypted, kept as long as the file says, and survives the loss of a zone."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.stacks.values import Values
from tests.synthesis import Synthesis
from voicectl.review.templates import Assembly, Properties


def test_production_survives_the_loss_of_a_zone(prod: Synthesis) -> None:
    """Database and both Valkey groups have a standby elsewhere that takes over by itself."""
    [database] = _every(prod.assembly, "AWS::RDS::DBInstance")
    groups = _every(prod.assembly, "AWS::ElastiCache::ReplicationGroup")

    assert database["MultiAZ"] is True
    assert len(groups) == 2
    for group in groups:
        assert group["AutomaticFailoverEnabled"] is True
        assert group["MultiAZEnabled"] is True
        assert group["ReplicasPerNodeGroup"] >= 1


def test_production_can_be_taken_back_in_time(prod: Synthesis) -> None:
    """A wrong migration is noticed days later."""
    [database] = _every(prod.assembly, "AWS::RDS::DBInstance")

    assert database["BackupRetentionPeriod"] >= 7
    assert database["DeletionProtection"] is True


def test_everything_is_encrypted_with_the_environments_own_key(assembly: Assembly) -> None:
    """Whoever may not use the key reads nothing, whatever else they were given by mistake."""
    [database] = _every(assembly, "AWS::RDS::DBInstance")
    groups = _every(assembly, "AWS::ElastiCache::ReplicationGroup")
    buckets = [bucket for bucket in _every(assembly, "AWS::S3::Bucket") if "BucketName" in bucket]

    assert {database["KmsKeyId"]["Fn::GetAtt"][0], *(group["KmsKeyId"]["Fn::GetAtt"][0] for group in groups)} == {
        "Key961B73FD"
    }
    assert len(buckets) == 2
    for bucket in buckets:
        [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]["Fn::GetAtt"][0] == "Key961B73FD"


def test_nothing_is_spoken_in_clear(assembly: Assembly) -> None:
    """Also inside the VPC: Valkey and PostgreSQL take TLS only, and every URL says so."""
    [parameters] = _every(assembly, "AWS::RDS::DBParameterGroup")

    assert parameters["Parameters"]["rds.force_ssl"] == "1"
    for group in _every(assembly, "AWS::ElastiCache::ReplicationGroup"):
        assert group["TransitEncryptionMode"] == "required"
        assert group["TransitEncryptionEnabled"] is True


def test_valkey_is_not_clustered(assembly: Assembly) -> None:
    """LiveKit and Celery's broker speak to one node; a clustered group answers them MOVED."""
    for group in _every(assembly, "AWS::ElastiCache::ReplicationGroup"):
        assert group["NumNodeGroups"] == 1
        assert group.get("ClusterMode", "disabled") == "disabled"


def test_the_broker_keeps_what_it_was_given(prod: Synthesis) -> None:
    """A task that was accepted must survive a failover; live state is made again."""
    durability = {
        group["ReplicationGroupId"]: group.get("Durability")
        for group in _every(prod.assembly, "AWS::ElastiCache::ReplicationGroup")
    }

    assert durability == {"voiceplane-prod-live": None, "voiceplane-prod-broker": "sync"}


def test_recordings_end_in_time(assembly: Assembly) -> None:
    """Cold after 90 days, gone at retention; what was never finished is gone after a week."""
    for bucket in _every(assembly, "AWS::S3::Bucket"):
        if "BucketName" in bucket:
            [rule] = bucket["LifecycleConfiguration"]["Rules"]
            assert rule["Transitions"] == [{"StorageClass": "GLACIER_IR", "TransitionInDays": 90}]
            assert rule["ExpirationInDays"] == 365
            assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
            assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
            assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}


def test_images_cannot_be_changed_under_a_tag(assembly: Assembly) -> None:
    """A rollback to a tag must find what was there."""
    for repository in _every(assembly, "AWS::ECR::Repository"):
        assert repository["ImageTagMutability"] == "IMMUTABLE"
        assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}
        assert json.loads(repository["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]


def test_the_hand_off_is_optional(prod: Synthesis, elsewhere: Callable[[str], Synthesis]) -> None:
    """In order, once, and with a place for what its receiver could not use."""
    queues = {queue["QueueName"]: queue for queue in _every(elsewhere("every-option").assembly, "AWS::SQS::Queue")}

    assert _every(prod.assembly, "AWS::SQS::Queue") == []
    assert sorted(queues) == [
        "voiceplane-every-option-session-completed-dead.fifo",
        "voiceplane-every-option-session-completed.fifo",
    ]
    assert queues["voiceplane-every-option-session-completed.fifo"]["RedrivePolicy"]["maxReceiveCount"] >= 3
    assert all(queue["FifoQueue"] is True for queue in queues.values())


@pytest.mark.parametrize(("name", "replicas"), [("largest", 1), ("bare", 0)])
def test_a_read_replica_is_optional(elsewhere: Callable[[str], Synthesis], name: str, replicas: int) -> None:
    """Reports must not slow down calls, where there are enough of them."""
    assembly = elsewhere(name).assembly

    followers = [each for each in _every(assembly, "AWS::RDS::DBInstance") if "SourceDBInstanceIdentifier" in each]

    assert len(followers) == replicas


def test_livekits_secret_is_a_map_of_keys(synthesis: Synthesis) -> None:
    """The server reads the whole secret as its keys, so the key's name is the JSON's key (facts/cdk.md §7)."""
    values = Values(synthesis.assembly)
    [(stack, secret)] = [
        (stack, secret.properties)
        for stack, secret in synthesis.assembly.of_type("AWS::SecretsManager::Secret")
        if "livekit" in values.text(secret.properties["Name"], stack=stack)
    ]
    name = synthesis.environment.name

    generated: dict[str, Any] = secret["GenerateSecretString"]
    assert generated["GenerateStringKey"] == f"voiceplane-{name}-key"
    assert generated["PasswordLength"] >= 32
    assert json.loads(generated["SecretStringTemplate"]) == {}
    assert generated["ExcludePunctuation"] is True


def _every(assembly: Assembly, type_: str) -> list[Properties]:
    return [resource.properties for _, resource in assembly.of_type(type_)]
