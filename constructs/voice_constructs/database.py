"""PostgreSQL on RDS: encrypted, Multi-AZ, backed up, reachable from inside only."""

from typing import Any

from aws_cdk import ArnFormat, Duration, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from config.sections.data import Database
from contract.database import APPLICATION_ROLE
from contract.versions import POSTGRESQL
from voice_constructs.access import acknowledge, open_between

PORT = 5433  # not PostgreSQL's own: a scanner's first guess
DATABASE_NAME = "voiceplane"
OWNER = "voiceplane_owner"
# A statement's values hold what callers said. Slow ones are logged with placeholders, for the control plane binds
# them on the server (`control_plane.databases`); one that fails is told by its error alone.
DISCREET = {
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class PostgresDatabase(Construct):
    """The record's database, and its replica if there is one."""

    def __init__(
        self, scope: Construct, id_: str, *, vpc: ec2.IVpc, database: Database, key: kms.IKey, retain: bool
    ) -> None:
        """Make the instance.

        Args:
            key: Encrypts storage, backups, Performance Insights and the owner's password.
            retain: Keep the instance, and refuse its deletion.
        """
        super().__init__(scope, id_)
        self._database, self._key, self._retain = database, key, retain
        self.group = ec2.SecurityGroup(self, "Access", vpc=vpc, description="who may reach PostgreSQL")
        self._network: dict[str, Any] = {"vpc": vpc, "vpc_subnets": ec2.SubnetSelection(subnet_group_name="data")}
        self.instance = self._primary()
        thrown_away = [finding for finding, kept in (("RDS3", database.multi_az), ("RDS10", retain)) if not kept]
        acknowledge(self, *thrown_away, reason="no standby, or not kept, by its file; refused in production")
        self.replica = self._read_replica() if database.read_replica else None

    @property
    def variables(self) -> dict[str, Any]:
        """What `DatabaseEnv` asks for, without PgBouncer."""
        addresses = {"database_host": self.instance.db_instance_endpoint_address, "database_port": PORT}
        replica = {"database_replica_host": self.replica.db_instance_endpoint_address} if self.replica else {}
        return {
            **addresses,
            **replica,
            "database_name": DATABASE_NAME,
            "database_user": APPLICATION_ROLE,
            "database_pool_size": self._database.pool_size,
        }

    @property
    def dimensions(self) -> dict[str, str]:
        """Of the primary's CloudWatch metrics."""
        return {"DBInstanceIdentifier": self.instance.instance_identifier}

    @property
    def replica_dimensions(self) -> list[dict[str, str]]:
        """Of the copy's CloudWatch metrics, if there is one."""
        return [{"DBInstanceIdentifier": self.replica.instance_identifier}] if self.replica else []

    @property
    def owner_password(self) -> secretsmanager.ISecret:
        """RDS's own secret of the owner, JSON; RDS rotates it every seven days."""
        secret = self.instance.secret
        assert secret is not None
        return secret

    def allow_from(self, consumer: ec2.IConnectable) -> None:
        """Open the port to a consumer."""
        open_between(consumer, self.group, port=PORT, what="PostgreSQL")

    def allow_sign_in(self, role: iam.IRole) -> None:
        """Let a task sign in as the application's role with an IAM token."""
        stack = Stack.of(role)
        role.add_to_principal_policy(
            iam.PolicyStatement(
                actions=["rds-db:connect"],
                resources=[
                    stack.format_arn(
                        service="rds-db",
                        resource="dbuser",
                        resource_name=f"{instance.instance_resource_id}/{APPLICATION_ROLE}",
                        arn_format=ArnFormat.COLON_RESOURCE_NAME,
                    )
                    for instance in filter(None, (self.instance, self.replica))
                ],
            )
        )

    def _primary(self) -> rds.DatabaseInstance:
        return rds.DatabaseInstance(
            self,
            "Primary",
            engine=self._engine(),
            instance_type=ec2.InstanceType(self._database.instance_type),
            parameter_group=self._parameters(),
            credentials=rds.Credentials.from_username(OWNER),
            manage_master_user_password=True,
            database_name=DATABASE_NAME,
            port=PORT,
            multi_az=self._database.multi_az,
            allocated_storage=self._database.storage_gib,
            max_allocated_storage=self._database.max_storage_gib,
            storage_type=rds.StorageType.GP3,
            storage_encrypted=True,
            storage_encryption_key=self._key,
            backup_retention=Duration.days(self._database.backup_days),
            copy_tags_to_snapshot=True,
            deletion_protection=self._retain,
            removal_policy=RemovalPolicy.RETAIN if self._retain else RemovalPolicy.DESTROY,
            iam_authentication=True,
            enable_performance_insights=True,
            performance_insight_encryption_key=self._key,
            cloudwatch_logs_exports=["postgresql"],
            auto_minor_version_upgrade=True,
            security_groups=[self.group],
            **self._network,
        )

    def _read_replica(self) -> rds.DatabaseInstanceReadReplica:
        replica = rds.DatabaseInstanceReadReplica(
            self,
            "Replica",
            source_database_instance=self.instance,
            instance_type=ec2.InstanceType(self._database.instance_type),
            port=PORT,
            storage_type=rds.StorageType.GP3,
            iam_authentication=True,
            multi_az=self._database.multi_az,
            enable_performance_insights=True,
            performance_insight_encryption_key=self._key,
            deletion_protection=self._retain,
            removal_policy=RemovalPolicy.DESTROY,  # a copy: nothing is lost with it
            security_groups=[self.group],
            **self._network,
        )
        acknowledge(replica, "RDS2", "RDS11", reason="a replica has its source's encryption and names its port as text")
        return replica

    def _parameters(self) -> rds.ParameterGroup:
        return rds.ParameterGroup(
            self,
            "Parameters",
            engine=self._engine(),
            parameters={
                "rds.force_ssl": "1",
                "max_connections": str(self._database.max_connections),
                "log_min_duration_statement": str(self._database.slow_query_ms),
                **DISCREET,
            },
        )

    def _engine(self) -> rds.IInstanceEngine:
        version = rds.PostgresEngineVersion.of(POSTGRESQL.version, POSTGRESQL.version)
        return rds.DatabaseInstanceEngine.postgres(version=version)
