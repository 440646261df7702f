"""An ECS service on Fargate: one container of the contract, its role, its log, its way to deploy."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration, Size
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from config.sections.capacity import ServiceSection, TaskSize
from contract.services import Container
from voice_constructs.access import acknowledge
from voice_constructs.binding import Value, bind
from voice_constructs.images import Images
from voice_constructs.logs import log_group


class ServiceSetting:
    """What all services of a stack have in common.

    Attributes:
        process: Values of `ProcessEnv` that do not depend on the container.
    """

    def __init__(
        self,
        *,
        cluster: ecs.Cluster,
        cluster_name: str,
        images: Images,
        log_days: int,
        process: Mapping[str, Value],
    ) -> None:
        """Collect it.

        Args:
            cluster_name: The cluster's physical name, for exact ARNs.
            log_days: How long logs are kept.
        """
        self.cluster, self.cluster_name, self.images = cluster, cluster_name, images
        self.log_days, self.process = log_days, process

    def process_values(self, container: Container) -> dict[str, Value]:
        """`ProcessEnv` of one container; a container of others' making has none of it."""
        values = {**self.process, "service": container.name, "release": self.images.tag(container.image)}
        return {name: value for name, value in values.items() if name in container.environment.model_fields}


def service_cluster(scope: Construct, id_: str, *, name: str, vpc: ec2.IVpc) -> ecs.Cluster:
    """A cluster with Container Insights, whose count of running tasks policies divide by."""
    cluster = ecs.Cluster(scope, id_, cluster_name=name, vpc=vpc, container_insights_v2=ecs.ContainerInsights.ENHANCED)
    resource = cluster.node.default_child
    assert isinstance(resource, ecs.CfnCluster)
    # In the cluster itself: a separate association, as the CDK makes it, races with the services that need it.
    resource.capacity_providers = ["FARGATE", "FARGATE_SPOT"]
    return cluster


class FargateTask(Construct):
    """A task definition with one container of the contract, and perhaps a sidecar.

    Attributes:
        role: What the container may do; permissions are added with `access.allow`.
    """

    def __init__(
        self, scope: Construct, id_: str, *, setting: ServiceSetting, size: TaskSize, architecture: str = "arm64"
    ) -> None:
        """Make an empty task definition of a size."""
        super().__init__(scope, id_)
        self._setting = setting
        self.definition = ecs.FargateTaskDefinition(
            self,
            "Task",
            cpu=size.cpu_units,
            memory_limit_mib=size.memory_mib,
            runtime_platform=ecs.RuntimePlatform(
                operating_system_family=ecs.OperatingSystemFamily.LINUX,
                cpu_architecture=ecs.CpuArchitecture.of(architecture.upper()),
            ),
        )
        self.role = self.definition.task_role
        self.log = log_group(self, "Log", days=setting.log_days)
        accept_task_definition(self)

    def add(self, container: Container, *, values: Mapping[str, Value], stop_seconds: int, **options: Any) -> None:
        """Add a container with its variables, probe, log and stop timeout."""
        add_container(
            self.definition,
            container,
            setting=self._setting,
            log=self.log,
            values=values,
            stop_seconds=stop_seconds,
            **options,
        )


class FargateService(Construct):
    """One service of the platform on Fargate.

    Attributes:
        service: The ECS service: connections, scaling, targets.
        role: What its container may do.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        setting: ServiceSetting,
        container: Container,
        section: ServiceSection,
        values: Mapping[str, Value],
        name: str | None = None,
        **deployment: Any,
    ) -> None:
        """Run a container as a service.

        Args:
            section: Its part of the environment file.
            values: Its variables by field name, besides `ProcessEnv`'s.
            name: Of the service, when one container serves as several (the Celery pools).
            deployment: Overrides of `ecs.FargateService`'s arguments, such as beat's `max_healthy_percent`.
        """
        super().__init__(scope, id_)
        self.task = FargateTask(
            self, "Definition", setting=setting, size=section.size, architecture=section.architecture
        )
        self.task.add(container, values=values, stop_seconds=section.stop_timeout_seconds)
        self.role = self.task.role
        self.name = name or container.name
        self.service = run_on_fargate(self, self.task, setting=setting, section=section, name=self.name, **deployment)

    @property
    def connections(self) -> ec2.Connections:
        """Who it may reach and who may reach it."""
        return self.service.connections


def run_on_fargate(
    scope: Construct,
    task: FargateTask,
    *,
    setting: ServiceSetting,
    section: ServiceSection,
    name: str,
    **deployment: Any,
) -> ecs.FargateService:
    """Make the service: no DesiredCount unless fixed, rollback on a failed deployment, all zones."""
    options: dict[str, Any] = {
        "desired_count": section.tasks.fixed,
        "min_healthy_percent": 100,
        "max_healthy_percent": 200,
        "circuit_breaker": ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
        "availability_zone_rebalancing": ecs.AvailabilityZoneRebalancing.ENABLED,
        **deployment,
    }
    service = ecs.FargateService(
        scope,
        "Service",
        service_name=name,
        cluster=setting.cluster,
        task_definition=task.definition,
        capacity_provider_strategies=[
            ecs.CapacityProviderStrategy(capacity_provider="FARGATE_SPOT" if section.spot else "FARGATE", weight=1)
        ],
        vpc_subnets=ec2.SubnetSelection(subnet_group_name="private"),
        propagate_tags=ecs.PropagatedTagSource.SERVICE,
        enable_ecs_managed_tags=True,
        **options,
    )
    if section.high_resolution:
        measure_every_20_seconds(service)
    return service


def add_container(
    definition: ecs.TaskDefinition,
    container: Container,
    *,
    setting: ServiceSetting,
    log: Any,
    values: Mapping[str, Value],
    stop_seconds: int,
    **options: Any,
) -> ecs.ContainerDefinition:
    """Add a container of the contract to a task definition.

    Args:
        stop_seconds: From SIGTERM to SIGKILL; ECS on Fargate allows 120.
        options: Further arguments of `add_container`, such as `memory_reservation_mib` of a sidecar.
    """
    bound = bind(container.environment, {**setting.process_values(container), **values})
    return definition.add_container(
        container.name,
        container_name=container.name,
        image=setting.images.container_image(container.image),
        entry_point=list(container.entry_point) or None,
        command=list(container.command) or None,
        environment=bound.variables,
        secrets=bound.secrets,
        port_mappings=[ecs.PortMapping(container_port=container.port)] if container.port else None,
        health_check=_probe(container),
        stop_timeout=Duration.seconds(stop_seconds),
        # awslogs drops lines when its buffer is full; 25 MB is minutes of our logs (facts: aws E14)
        logging=ecs.LogDrivers.aws_logs(
            stream_prefix=container.name,
            log_group=log,
            mode=ecs.AwsLogDriverMode.NON_BLOCKING,
            max_buffer_size=Size.mebibytes(25),
        ),
        **options,
    )


def accept_task_definition(scope: Construct) -> None:
    """What every task definition has, whatever it runs."""
    acknowledge(scope, "ECS2", reason="plain variables are no secrets: bind() lets SecretStr come from ecs.Secret only")
    acknowledge(scope, "IAM5[Resource::*]", reason="ecr:GetAuthorizationToken knows no resources")


def measure_every_20_seconds(service: ecs.BaseService) -> None:
    """ECS CPU and memory metrics every 20 s; only the L1 knows it (facts: aws E5)."""
    resource = service.node.default_child
    assert isinstance(resource, ecs.CfnService)
    resource.monitoring = ecs.CfnService.MonitoringConfigurationProperty(
        metric_configurations=[
            ecs.CfnService.MetricConfigurationProperty(
                metric_names=["CPUUtilization", "MemoryUtilization"], resolution_seconds=20
            )
        ]
    )


def _probe(container: Container) -> ecs.HealthCheck | None:
    if not container.probe:
        return None
    return ecs.HealthCheck(
        command=["CMD-SHELL", container.probe],
        interval=Duration.seconds(15),
        timeout=Duration.seconds(5),
        retries=3,
        start_period=Duration.seconds(container.grace_seconds),
    )
