"""The processes of the control plane: each is given its variables and a way to what it stores in."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from config.sections.capacity import ServiceSection, Tasks, TaskSize
from contract.metrics import NAMESPACE
from contract.services import Container
from voice_constructs.access import allow, allow_publishing
from voice_constructs.binding import Value, select
from voice_constructs.database import PostgresDatabase
from voice_constructs.handoff import SessionCompletedQueue
from voice_constructs.pgbouncer import PgBouncerService
from voice_constructs.secrets import PlatformSecrets
from voice_constructs.service import FargateService, ServiceSetting
from voice_constructs.storage import VoiceBuckets
from voice_constructs.valkey import ValkeyGroup


class Stores:
    """Where the control plane keeps things, and how a process gets there."""

    def __init__(
        self,
        *,
        database: PostgresDatabase,
        pooler: PgBouncerService | None,
        live: ValkeyGroup,
        broker: ValkeyGroup,
        buckets: VoiceBuckets,
        secrets: PlatformSecrets,
        handoff: SessionCompletedQueue | None,
    ) -> None:
        """Collect them.

        Args:
            pooler: Connections go through it when there is one.
        """
        self.database = database
        self._pooler, self._live, self._broker = pooler, live, broker
        self._buckets, self._secrets, self._handoff = buckets, secrets, handoff

    @property
    def variables(self) -> dict[str, Any]:
        """Values of the variables that say where everything is."""
        queue = {"session_completed_queue_url": self._handoff.queue.queue_url} if self._handoff else {}
        return {
            **(self._pooler or self.database).variables,
            **self._live.variables("live"),
            **self._broker.variables("broker"),
            **self._buckets.variables,
            **self._secrets.livekit_client_variables,
            **self._secrets.control_plane_variables,
            **queue,
        }

    def open_to(self, consumer: ec2.IConnectable, role: iam.IRole) -> None:
        """Let a process reach all of it."""
        self._live.allow_from(consumer)
        self._broker.allow_from(consumer)
        self._buckets.allow_keeping(role)
        if self._handoff:
            self._handoff.allow_sending(role)
        if self._pooler:
            self._pooler.allow_from(consumer)
        else:
            self.database.allow_from(consumer)
            self.database.allow_sign_in(role)


class ControlPlaneServices:
    """Runs processes of the control plane that share their values and their stores."""

    def __init__(
        self, scope: Construct, *, setting: ServiceSetting, stores: Stores, values: Mapping[str, Value]
    ) -> None:
        """Prepare them.

        Args:
            scope: The services become its children.
            values: Of all the control plane's variables; a process gets those its class has a field for.
        """
        self._scope, self._setting, self._stores = scope, setting, stores
        self._values = {**stores.variables, **values}

    def values_for(self, container: Container) -> dict[str, Value]:
        """Those values that a container's class has a field for."""
        return select(container.environment, self._values)

    def run(
        self,
        id_: str,
        container: Container,
        section: ServiceSection,
        *,
        name: str | None = None,
        values: Mapping[str, Value] | None = None,
        **deployment: Any,
    ) -> FargateService:
        """Run one as a service.

        Args:
            name: Of the service, when one container serves as several.
            values: More values, of this service only.
        """
        service = FargateService(
            self._scope,
            id_,
            setting=self._setting,
            container=container,
            section=section,
            values={**self.values_for(container), **(values or {})},
            name=name,
            **deployment,
        )
        self._stores.open_to(service, service.role)
        allow_publishing(service.role, namespace=NAMESPACE)
        return service


def fixed_section(size: TaskSize, *, tasks: int) -> ServiceSection:
    """A service that does not scale."""
    return ServiceSection(size=size, tasks=Tasks(min=tasks, max=tasks, fixed=tasks))


def allow_watching(role: iam.IRole, *, cluster: str, service: str) -> None:
    """Let the supervisor see how many tasks of a service run, and of which deployment."""
    arn = Stack.of(role).format_arn(service="ecs", resource="service", resource_name=f"{cluster}/{service}")
    allow(role, actions=["ecs:DescribeServices"], resources=[arn])
