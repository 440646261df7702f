"""PgBouncer between the services and PostgreSQL: many client connections on few server ones."""

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from config.sections.capacity import ServiceSection, Tasks, TaskSize
from config.sections.data import Database, PgBouncer
from contract.database import POOL_ROLE
from contract.services import PGBOUNCER as CONTAINER
from voice_constructs.access import open_between
from voice_constructs.binding import Value
from voice_constructs.database import DATABASE_NAME, PORT, PostgresDatabase
from voice_constructs.service import FargateService, ServiceSetting

SIZE = TaskSize(cpu_units=512, memory_mib=1024)


class PgBouncerService(Construct):
    """The pooler's tasks behind an internal network load balancer.

    Attributes:
        service: The ECS service.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        setting: ServiceSetting,
        vpc: ec2.IVpc,
        database: PostgresDatabase,
        section: Database,
        password: secretsmanager.ISecret,
        access_logs: s3.IBucket,
    ) -> None:
        """Run it, with the password of the role that it signs in with and that others sign in to it with."""
        super().__init__(scope, id_)
        self._secret = ecs.Secret.from_secrets_manager(password)
        tasks = section.pgbouncer.tasks
        self._service = FargateService(
            self,
            "Pooler",
            setting=setting,
            container=CONTAINER,
            section=ServiceSection(tasks=Tasks(min=tasks, max=tasks, fixed=tasks), size=SIZE),
            values=_pooler_variables(database, section.pgbouncer, password=self._secret),
        )
        self.service = self._service.service
        database.allow_from(self._service)
        self._group = ec2.SecurityGroup(self, "Access", vpc=vpc, description="who may reach PgBouncer")
        self._host = self._entrance(vpc, access_logs).load_balancer_dns_name
        self._straight = database.variables

    @property
    def variables(self) -> dict[str, Any]:
        """What `DatabaseEnv` asks for when connections go through here."""
        return {
            **self._straight,
            "database_host": self._host,
            "database_port": CONTAINER.port,
            "database_user": POOL_ROLE,
            "database_password": self._secret,
            "database_sslmode": "require",  # the pooler's own certificate names no host
            "database_via_pgbouncer": True,
        }

    @classmethod
    def optional(cls, scope: Construct, id_: str, *, section: Database, **rest: Any) -> "PgBouncerService | None":
        """The pooler, if the environment wants it."""
        return cls(scope, id_, section=section, **rest) if section.pgbouncer.enabled else None

    def allow_from(self, consumer: ec2.IConnectable) -> None:
        """Open the pooler to a consumer."""
        open_between(consumer, self._group, port=CONTAINER.port, what="PgBouncer")

    def _entrance(self, vpc: ec2.IVpc, access_logs: s3.IBucket) -> elbv2.NetworkLoadBalancer:
        balancer = elbv2.NetworkLoadBalancer(
            self,
            "Balancer",
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_group_name="private"),
            security_groups=[self._group],
            cross_zone_enabled=True,
        )
        balancer.log_access_logs(access_logs, prefix="elb/pgbouncer")
        poolers = elbv2.NetworkTargetGroup(
            self,
            "Poolers",
            vpc=vpc,
            port=CONTAINER.port,
            target_type=elbv2.TargetType.IP,
            targets=[self.service],
            deregistration_delay=Duration.seconds(60),
        )
        balancer.add_listener("Postgres", port=CONTAINER.port, default_target_groups=[poolers])
        self.service.connections.allow_from(self._group, ec2.Port.tcp(CONTAINER.port), "PgBouncer's load balancer")
        return balancer


def _pooler_variables(database: PostgresDatabase, pooler: PgBouncer, *, password: ecs.Secret) -> dict[str, Value]:
    """Values of `PgBouncerEnv`: the tasks share the connections to PostgreSQL."""
    return {
        "database_host": database.instance.db_instance_endpoint_address,
        "database_port": PORT,
        "database_name": DATABASE_NAME,
        "database_user": POOL_ROLE,
        "database_password": password,
        "listen_port": CONTAINER.port,
        "max_client_connections": pooler.client_connections,
        "server_pool_size": -(-pooler.server_pool_size // pooler.tasks),
    }
