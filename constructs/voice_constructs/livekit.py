"""LiveKit's server as a service: one task per node, a guardian beside it, two load balancers before it."""

from aws_cdk import Duration
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from config.sections.media import LiveKit
from contract.media import MediaPorts
from contract.services import LIVEKIT as CONTAINER
from contract.timing import Timing
from voice_constructs.binding import Value
from voice_constructs.guardian import add_guardian
from voice_constructs.load_balancer import HttpsLoadBalancer
from voice_constructs.logs import log_group
from voice_constructs.media_nodes import MediaNodes
from voice_constructs.service import ServiceSetting, accept_task_definition, add_container
from voice_constructs.turn import TurnEntrance
from voice_constructs.web_service import target_dimensions

LIVEKIT_RESERVATION_MIB = 1024  # what placement needs to see; the server may use the whole node
LEAVING = Duration.minutes(5)  # how long a load balancer lets open connections of a leaving node end


class LiveKitServer(Construct):
    """The SFU's service.

    Attributes:
        service: The ECS service.
        role: What its task may do: the guardian's permissions, the server needs none.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        setting: ServiceSetting,
        nodes: MediaNodes,
        livekit: LiveKit,
        timing: Timing,
        ports: MediaPorts,
        variables: dict[str, Value],
    ) -> None:
        """Run one server on each node, with variables of `LiveKitServerEnv`."""
        super().__init__(scope, id_)
        self._nodes, self._ports = nodes, ports
        self.definition = ecs.Ec2TaskDefinition(self, "Definition", network_mode=ecs.NetworkMode.HOST)
        self.role = self.definition.task_role
        accept_task_definition(self)
        self._add_server(setting, variables=variables, stop_seconds=timing.livekit_stop_timeout_seconds)
        add_guardian(
            self,
            self.definition,
            setting=setting,
            guarded="livekit",
            prometheus_port=ports.prometheus,
            health_port=ports.signal,
            timing=timing,
            stop_seconds=timing.livekit_stop_timeout_seconds,
        )
        self.service = self._service(setting, fixed=livekit.tasks.fixed)

    def serve_signal(self, balancer: HttpsLoadBalancer) -> dict[str, str]:
        """Put the nodes behind one stable address.

        LiveKit's `/` answers 406 while Valkey is away and calls go on, so 406 is healthy here.

        Returns:
            The target group's CloudWatch dimensions; so does `serve_turn`.
        """
        group = balancer.listener.add_targets(
            "Signal",
            priority=10,
            conditions=[elbv2.ListenerCondition.path_patterns(["/*"])],
            port=self._ports.signal,
            protocol=elbv2.ApplicationProtocol.HTTP,
            targets=[self._target(self._ports.signal)],
            health_check=elbv2.HealthCheck(
                path="/", healthy_http_codes="200,406", interval=Duration.seconds(10), timeout=Duration.seconds(5)
            ),
            deregistration_delay=LEAVING,
        )
        self._nodes.allow_from(balancer.group, port=self._ports.signal, what="signalling")
        return target_dimensions(balancer.balancer.load_balancer_full_name, group)

    def serve_turn(self, entrance: TurnEntrance) -> dict[str, str]:
        """Put the nodes' TURN behind TLS on 443, for networks that allow nothing else."""
        group = elbv2.NetworkTargetGroup(
            self,
            "Turn",
            vpc=entrance.vpc,
            port=self._ports.turn_tls,
            protocol=elbv2.Protocol.TCP,
            target_type=elbv2.TargetType.INSTANCE,
            targets=[self._target(self._ports.turn_tls)],
            health_check=elbv2.HealthCheck(
                protocol=elbv2.Protocol.TCP, port=str(self._ports.signal), interval=Duration.seconds(10)
            ),
            deregistration_delay=LEAVING,  # no new callers; those on the line stay on it, and the server waits for them
            connection_termination=False,
        )
        entrance.listener.add_target_groups("Turn", group)
        self._nodes.allow_from(entrance.group, port=self._ports.turn_tls, what="TURN behind TLS")
        self._nodes.allow_from(entrance.group, port=self._ports.signal, what="health check of TURN")
        return target_dimensions(entrance.balancer.load_balancer_full_name, group)

    def _target(self, port: int) -> ecs.IEcsLoadBalancerTarget:
        return self.service.load_balancer_target(container_name=CONTAINER.name, container_port=port)

    def _add_server(self, setting: ServiceSetting, *, variables: dict[str, Value], stop_seconds: int) -> None:
        server = add_container(
            self.definition,
            CONTAINER,
            setting=setting,
            log=log_group(self, "Log", days=setting.log_days),
            values=variables,
            stop_seconds=stop_seconds,
            memory_reservation_mib=LIVEKIT_RESERVATION_MIB,
            ulimits=[ecs.Ulimit(name=ecs.UlimitName.NOFILE, soft_limit=65535, hard_limit=65535)],
        )
        server.add_port_mappings(ecs.PortMapping(container_port=self._ports.turn_tls))

    def _service(self, setting: ServiceSetting, *, fixed: int | None) -> ecs.Ec2Service:
        provider = self._nodes.capacity_provider.capacity_provider_name
        return ecs.Ec2Service(
            self,
            "Service",
            service_name=CONTAINER.name,
            cluster=setting.cluster,
            task_definition=self.definition,
            desired_count=fixed,
            min_healthy_percent=100,
            max_healthy_percent=200,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            capacity_provider_strategies=[ecs.CapacityProviderStrategy(capacity_provider=provider, weight=1)],
            placement_constraints=[ecs.PlacementConstraint.distinct_instances()],
            placement_strategies=[
                ecs.PlacementStrategy.spread_across("attribute:ecs.availability-zone"),
                ecs.PlacementStrategy.spread_across_instances(),
            ],
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
            enable_ecs_managed_tags=True,
        )
