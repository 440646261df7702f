"""A Valkey group on ElastiCache: TLS, a password, a replica in another zone, never clustered.

Cluster mode breaks Celery and LiveKit's CLI (ruling X14).
"""

from aws_cdk import Fn, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from config.sections.data import Cache
from contract.media import Redis
from contract.versions import VALKEY
from voice_constructs.access import acknowledge, open_between

PORT = 6380


class ValkeyGroup(Construct):
    """One replication group.

    Attributes:
        group: Security group; consumers open themselves a way to it.
        resource: The replication group, for alarms.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        vpc: ec2.IVpc,
        cache: Cache,
        key: kms.IKey,
        password: secretsmanager.ISecret,
        name: str,
        durable: bool = False,
    ) -> None:
        """Make the group.

        Args:
            password: Its AUTH token; also what consumers are given.
            name: Physical name, at most 40 characters.
            durable: Acknowledge a write only when it is stored in two zones; only at creation.
        """
        super().__init__(scope, id_)
        self._password, self._replicas = password, cache.replicas
        self.name = name
        self.group = ec2.SecurityGroup(self, "Access", vpc=vpc, description=f"who may reach {name}")
        self.resource = self._replication_group(vpc, cache=cache, key=key, durable=durable)
        if not cache.replicas:
            acknowledge(self, "AEC4", reason="no replica, by its file; refused in production")
        host = self.resource.attr_primary_end_point_address
        self.redis = Redis(address=Fn.join(":", [host, str(PORT)]), use_tls=True)

    @property
    def nodes(self) -> list[str]:
        """Cache cluster ids of the primary and its replicas, as ElastiCache numbers them."""
        return [f"{self.name}-{number:03}" for number in range(1, self._replicas + 2)]

    def variables(self, purpose: str) -> dict[str, str | ecs.Secret]:
        """URL and password under the names of a purpose, `live` or `broker`."""
        return {
            f"{purpose}_redis_url": Fn.join("", ["rediss://", self.redis.address, "/0"]),
            f"{purpose}_redis_password": self.password,
        }

    @property
    def password(self) -> ecs.Secret:
        """The password, as a container's secret."""
        return ecs.Secret.from_secrets_manager(self._password)

    def allow_from(self, consumer: ec2.IConnectable) -> None:
        """Open the port to a consumer; the rule belongs to the consumer's stack."""
        open_between(consumer, self.group, port=PORT, what=self.name)

    def _replication_group(
        self, vpc: ec2.IVpc, *, cache: Cache, key: kms.IKey, durable: bool
    ) -> elasticache.CfnReplicationGroup:
        replicated = cache.replicas > 0
        group = elasticache.CfnReplicationGroup(
            self,
            "Group",
            replication_group_description=f"{self.name}: Valkey {VALKEY.version}, not clustered",
            replication_group_id=self.name,
            engine="valkey",
            engine_version=VALKEY.version,
            cache_node_type=cache.node_type,
            port=PORT,
            num_node_groups=1,
            replicas_per_node_group=cache.replicas,
            automatic_failover_enabled=replicated,
            multi_az_enabled=replicated,
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            at_rest_encryption_enabled=True,
            kms_key_id=key.key_arn,
            auth_token=self._password.secret_value.unsafe_unwrap(),  # a dynamic reference, not the value
            snapshot_retention_limit=cache.snapshot_days,
            durability="sync" if durable and replicated else None,
            security_group_ids=[self.group.security_group_id],
            cache_subnet_group_name=self._subnets(vpc).ref,
        )
        if cache.snapshot_days:
            group.apply_removal_policy(RemovalPolicy.SNAPSHOT)
        return group

    def _subnets(self, vpc: ec2.IVpc) -> elasticache.CfnSubnetGroup:
        return elasticache.CfnSubnetGroup(
            self,
            "Subnets",
            description=self.name,
            subnet_ids=vpc.select_subnets(subnet_group_name="data").subnet_ids,
        )
