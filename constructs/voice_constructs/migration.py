"""The schema is migrated before services change, in a plain `cdk deploy`.

A custom resource starts the migration task whenever its task definition changes, and
CloudFormation waits for it: the services depend on it. The function does not wait: ECS tells
it through EventBridge when the task has stopped, and it then answers CloudFormation.
"""

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import CustomResource, Duration, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct, IConstruct

from config.sections.capacity import TaskSize
from contract.services import MIGRATION as CONTAINER
from contract.timing import FARGATE_STOP_TIMEOUT_SECONDS
from voice_constructs.access import allow
from voice_constructs.binding import Value
from voice_constructs.database import PostgresDatabase
from voice_constructs.logs import log_group
from voice_constructs.service import FargateTask, ServiceSetting

HANDLER = Path(__file__).parent / "migration_handler.py"
STARTED_BY = "voiceplane-migration"  # as migration_handler.py says it
WAIT = Duration.hours(1)  # CloudFormation's own limit for a custom resource


class MigrationTask(Construct):
    """The migration's task definition: it alone has the database owner's password.

    Attributes:
        task: For `Migration`.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        setting: ServiceSetting,
        size: TaskSize,
        values: Mapping[str, Value],
        database: PostgresDatabase,
    ) -> None:
        """Define it."""
        super().__init__(scope, id_)
        self.task = FargateTask(self, "Definition", setting=setting, size=size)
        straight = {"database_password": None, "database_sslmode": None, "database_via_pgbouncer": None}
        passwords = {
            "database_owner_credentials": ecs.Secret.from_secrets_manager(database.owner_password),
            "pool_role_password": values.get("database_password"),
        }
        values = {**values, **straight, **database.variables, **passwords}
        self.task.add(CONTAINER, values=values, stop_seconds=FARGATE_STOP_TIMEOUT_SECONDS)


class Migration(Construct):
    """Runs a one-off task and holds the stack's update until it has succeeded."""

    def __init__(
        self, scope: Construct, id_: str, *, setting: ServiceSetting, task: FargateTask, vpc: ec2.IVpc
    ) -> None:
        """Prepare it.

        Args:
            task: The migration's task definition; a new image makes a new revision, which runs it again.
        """
        super().__init__(scope, id_)
        self._setting, self._task = setting, task
        self.group = ec2.SecurityGroup(self, "Access", vpc=vpc, description="the migration task")
        self._function = self._runner(vpc)
        self._listen()
        self._resource = CustomResource(
            self,
            "Run",
            service_token=self._function.attr_arn,
            resource_type="Custom::Migration",
            service_timeout=WAIT,
            properties={"TaskDefinition": task.definition.task_definition_arn},
        )
        # Not before the permissions, the way to the database, and whoever tells that the task has stopped.
        permissions = (self._role, task.role, task.definition.obtain_execution_role())
        self._resource.node.add_dependency(*permissions, self.group, self._rule, self._permission)

    @property
    def connections(self) -> ec2.Connections:
        """Who the task may reach."""
        return ec2.Connections(security_groups=[self.group])

    def reach(self, database: PostgresDatabase) -> None:
        """Go to the database itself: through PgBouncer the owner cannot sign in."""
        database.allow_from(self)

    def precede(self, *services: IConstruct) -> None:
        """Let services change only after the migration."""
        for service in services:
            service.node.add_dependency(self._resource)

    def _runner(self, vpc: ec2.IVpc) -> lambda_.CfnFunction:
        subnets = vpc.select_subnets(subnet_group_name="private").subnet_ids
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log = log_group(self, "Log", days=self._setting.log_days)
        log.grant_write(role)
        self._permit(role)
        self._role = role
        return lambda_.CfnFunction(
            self,
            "Runner",
            runtime=lambda_.Runtime.PYTHON_3_14.name,
            handler="index.handler",
            code=lambda_.CfnFunction.CodeProperty(zip_file=HANDLER.read_text()),
            role=role.role_arn,
            logging_config=lambda_.CfnFunction.LoggingConfigProperty(log_group=log.log_group_name),
            timeout=60,
            environment=lambda_.CfnFunction.EnvironmentProperty(
                variables={
                    "CLUSTER": self._setting.cluster_name,
                    "SUBNETS": ",".join(subnets),
                    "SECURITY_GROUP": self.group.security_group_id,
                    "CONTAINER": CONTAINER.name,
                }
            ),
        )

    def _permit(self, role: iam.Role) -> None:
        family = Stack.of(self).format_arn(
            service="ecs", resource="task-definition", resource_name=f"{self._task.definition.family}:*"
        )
        allow(
            role,
            actions=["ecs:RunTask"],
            resources=[family],
            reason="every revision of the migration's own task definition",
        )
        passed = [self._task.role.role_arn, self._task.definition.obtain_execution_role().role_arn]
        allow(role, actions=["iam:PassRole"], resources=passed)

    def _listen(self) -> None:
        """ECS tells when the task has stopped, whatever became of it."""
        cluster = Stack.of(self).format_arn(service="ecs", resource="cluster", resource_name=self._setting.cluster_name)
        self._rule = events.CfnRule(
            self,
            "Stopped",
            event_pattern={
                "source": ["aws.ecs"],
                "detail-type": ["ECS Task State Change"],
                "detail": {"clusterArn": [cluster], "lastStatus": ["STOPPED"], "startedBy": [STARTED_BY]},
            },
            targets=[events.CfnRule.TargetProperty(id="Runner", arn=self._function.attr_arn)],
        )
        self._permission = lambda_.CfnPermission(
            self,
            "Told",
            action="lambda:InvokeFunction",
            function_name=self._function.attr_arn,
            principal="events.amazonaws.com",
            source_arn=self._rule.attr_arn,
        )
