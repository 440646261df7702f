"""DATA: the database, both Valkey groups, the buckets, the secrets. Kept whatever else is deleted."""

from typing import Any

from constructs import Construct

from config.schema import Environment
from stacks.network import FurtherNetworkStack, NetworkStack
from voice_constructs.database import PostgresDatabase
from voice_constructs.handoff import SessionCompletedQueue
from voice_constructs.platform_stack import PlatformStack
from voice_constructs.secrets import PlatformSecrets, SecretReplicas, generated_secret
from voice_constructs.storage import VoiceBuckets, data_key
from voice_constructs.valkey import ValkeyGroup


class DataStack(PlatformStack):
    """Everything that must survive a mistake.

    Attributes:
        key: Encrypts all of it but the secrets.
        secrets: What services are given, generated or written by people.
        database: PostgreSQL.
        live: LiveKit's and the live sessions' Valkey group.
        broker: Celery's.
        buckets: Recordings and artefacts.
        handoff: The optional queue to other systems.
    """

    def __init__(self, scope: Construct, environment: Environment, *, network: NetworkStack) -> None:
        """Make it."""
        super().__init__(scope, "data", environment=environment)
        data = environment.data
        keep: dict[str, Any] = {"retain": data.retain}
        self.key = data_key(self, "Key", prefix=self.prefix, **keep)
        self.secrets = self._secrets(environment)
        inside: dict[str, Any] = {"vpc": network.vpc, "key": self.key}
        self.database = PostgresDatabase(self, "Database", database=data.database, **inside, **keep)
        self.live = self._valkey("live", cache=data.live, password=self.secrets.live_password, **inside)
        self.broker = self._valkey(
            "broker", cache=data.broker, password=self.secrets.broker_password, durable=True, **inside
        )
        self.buckets = VoiceBuckets(
            self,
            "Buckets",
            prefix=self.prefix,
            storage=data.storage,
            key=self.key,
            access_logs=network.access_logs,
            **keep,
        )
        self.handoff = SessionCompletedQueue.optional(
            self, "Handoff", prefix=self.prefix, handoff=data.handoff, key=self.key
        )

    @property
    def handoff_queues(self) -> list[tuple[str, str]]:
        """The optional queue's name with that of its dead-letter queue, in which no message should ever be."""
        return [(self.handoff.queue.queue_name, self.handoff.dead_letters.queue_name)] if self.handoff else []

    def _secrets(self, environment: Environment) -> PlatformSecrets:
        return PlatformSecrets(
            self,
            "Secrets",
            prefix=self.secret_prefix,
            retain=environment.data.retain,
            livekit_key_id=environment.media.livekit.key_id,
            replica_regions=[region.name for region in environment.regions],
        )

    def _valkey(self, name: str, **group: Any) -> ValkeyGroup:
        return ValkeyGroup(self, f"{name.title()}Valkey", name=f"{self.prefix}-{name}", **group)


class FurtherDataStack(PlatformStack):
    """What a further region keeps for itself: LiveKit's Valkey group; secrets and buckets are home's.

    Attributes:
        live: This region's LiveKit and live sessions.
        secrets: Copies of home's.
    """

    def __init__(
        self, scope: Construct, environment: Environment, *, network: FurtherNetworkStack, home: DataStack
    ) -> None:
        """Make it."""
        super().__init__(scope, "data", environment=environment, region=network.region)
        self.secrets = SecretReplicas(self, "Secrets", home=home.secrets)
        self.buckets, self.key = home.buckets, home.key
        retain = environment.data.retain
        self.live = ValkeyGroup(
            self,
            "LiveValkey",
            name=f"{self.prefix}-live",
            cache=environment.data.live,
            vpc=network.vpc,
            key=data_key(self, "Key", prefix=self.prefix, retain=retain),
            password=generated_secret(self, "LivePassword", name=f"{self.secret_prefix}/live-valkey", retain=retain),
        )
