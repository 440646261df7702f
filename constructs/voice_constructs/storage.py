"""The buckets: recordings and artefacts kept by their lifecycle, access logs for a while."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from config.sections.data import Storage
from voice_constructs.access import acknowledge, allow_objects

ACCESS_LOG_DAYS = 90
NONCURRENT_DAYS = 7  # how long a mistaken deletion can be undone; retention is over then


class VoiceBuckets(Construct):
    """Recordings as they come in, and artefacts made from them: encrypted, versioned, TLS only.

    Attributes:
        recordings_name: Physical name, with the account's id; `artefacts_name` likewise.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        prefix: str,
        storage: Storage,
        key: kms.IKey,
        access_logs: s3.IBucket,
        retain: bool,
    ) -> None:
        """Make both buckets.

        Args:
            prefix: Of their physical names, which end in the account's id: a name is needed for exact ARNs.
            storage: Days until cold and until deletion.
            access_logs: Receives their server access logs.
            retain: Keep the buckets when the stack is deleted.
        """
        super().__init__(scope, id_)
        self._storage, self._key, self._logs, self._retain = storage, key, access_logs, retain
        place = f"{Stack.of(self).account}-{Stack.of(self).region}"
        self.recordings_name = f"{prefix}-recordings-{place}"
        self.artefacts_name = f"{prefix}-artefacts-{place}"
        self._bucket("Recordings", name=self.recordings_name)
        self._bucket("Artefacts", name=self.artefacts_name)

    @property
    def variables(self) -> dict[str, str]:
        """What `StorageEnv` asks for."""
        return {"recordings_bucket": self.recordings_name, "artefacts_bucket": self.artefacts_name}

    def allow_recording(self, role: iam.IRole) -> None:
        """Let a task add recordings and artefacts, and never read or delete any."""
        for name in (self.recordings_name, self.artefacts_name):
            allow_objects(role, bucket=name, actions=["s3:PutObject", "s3:AbortMultipartUpload"], key=self._key)

    def allow_keeping(self, role: iam.IRole) -> None:
        """Let the control plane read, add and delete what a session left."""
        actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
        for name in (self.recordings_name, self.artefacts_name):
            allow_objects(role, bucket=name, actions=actions, key=self._key)

    def _bucket(self, id_: str, *, name: str) -> s3.Bucket:
        return s3.Bucket(
            self,
            id_,
            bucket_name=name,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self._key,
            bucket_key_enabled=True,
            enforce_ssl=True,
            versioned=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            server_access_logs_bucket=self._logs,
            server_access_logs_prefix=f"s3/{id_.lower()}/",
            lifecycle_rules=[self._lifecycle()],
            removal_policy=RemovalPolicy.RETAIN if self._retain else RemovalPolicy.DESTROY,
        )

    def _lifecycle(self) -> s3.LifecycleRule:
        return s3.LifecycleRule(
            id="voiceplane",
            transitions=[
                s3.Transition(
                    storage_class=s3.StorageClass.GLACIER_INSTANT_RETRIEVAL,
                    transition_after=Duration.days(self._storage.cold_after_days),
                )
            ],
            expiration=Duration.days(self._storage.retention_days),
            noncurrent_version_expiration=Duration.days(NONCURRENT_DAYS),
            abort_incomplete_multipart_upload_after=Duration.days(self._storage.abort_uploads_days),
        )


def data_key(scope: Construct, id_: str, *, prefix: str, retain: bool) -> kms.Key:
    """The key that encrypts what a stack keeps; without it the data is lost, so it is kept as the data is."""
    return kms.Key(
        scope,
        id_,
        enable_key_rotation=True,
        description=f"data of {prefix}",
        removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
    )


def access_log_bucket(scope: Construct, id_: str) -> s3.Bucket:
    """Where load balancers and buckets write their access logs; ELB supports SSE-S3 only."""
    bucket = s3.Bucket(
        scope,
        id_,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(ACCESS_LOG_DAYS))],
        removal_policy=RemovalPolicy.RETAIN,
    )
    acknowledge(bucket, "S1", reason="this bucket receives the access logs; logging its own would never end")
    return bucket
