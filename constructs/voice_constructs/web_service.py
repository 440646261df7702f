"""A service behind load balancers: its target groups, the paths that reach it, and how traffic shifts at a deploy."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from config.sections.capacity import ServiceSection
from contract.services import READINESS_PATH, Container
from voice_constructs.access import acknowledge
from voice_constructs.load_balancer import HttpsLoadBalancer
from voice_constructs.service import FargateService

BAKE_MINUTES = 10  # both versions stay for this long after the shift, so that a rollback is at once


class Route(Construct):
    """Some paths of a load balancer, sent to a service.

    Attributes:
        target_group: For scaling and alarms.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        service: FargateService,
        balancer: HttpsLoadBalancer,
        container: Container,
        section: ServiceSection,
        paths: Sequence[str],
        deregistration_seconds: int,
    ) -> None:
        """Send them.

        Args:
            paths: Up to five patterns; everything else stays 404.
            deregistration_seconds: How long open requests of a leaving task may take.
        """
        super().__init__(scope, id_)
        self._balancer, self._container, self._seconds = balancer, container, deregistration_seconds
        self.target_group = self._group("Targets")
        rule = self._rule(paths)
        target = service.service.load_balancer_target(
            container_name=container.name,
            container_port=container.port,
            alternate_target=self._alternate(rule) if section.rollout != "rolling" else None,
        )
        self.target_group.add_target(target)
        if section.rollout != "rolling":
            accept_traffic_shift(service)

    @property
    def dimensions(self) -> dict[str, str]:
        """Of the target group's CloudWatch metrics."""
        return target_dimensions(self._balancer.balancer.load_balancer_full_name, self.target_group)

    @property
    def firewalls(self) -> list[dict[str, str]]:
        """Dimensions of the metrics of what stands before it."""
        return self._balancer.firewalls

    def _rule(self, paths: Sequence[str]) -> elbv2.ApplicationListenerRule:
        return elbv2.ApplicationListenerRule(
            self,
            "Rule",
            listener=self._balancer.listener,
            priority=10,
            conditions=[elbv2.ListenerCondition.path_patterns(list(paths))],
            action=elbv2.ListenerAction.forward([self.target_group]),
        )

    def _alternate(self, rule: elbv2.ApplicationListenerRule) -> ecs.AlternateTarget:
        """Where the new version waits for its share of the traffic."""
        return ecs.AlternateTarget(
            f"{self.node.id}Alternate",
            alternate_target_group=self._group("AlternateTargets"),
            production_listener=ecs.ListenerRuleConfiguration.application_listener_rule(rule),
        )

    def _group(self, id_: str) -> elbv2.ApplicationTargetGroup:
        return elbv2.ApplicationTargetGroup(
            self,
            id_,
            vpc=self._balancer.vpc,
            port=self._container.port,
            protocol=elbv2.ApplicationProtocol.HTTP,
            target_type=elbv2.TargetType.IP,
            load_balancing_algorithm_type=elbv2.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
            deregistration_delay=Duration.seconds(self._seconds),
            health_check=elbv2.HealthCheck(
                path=READINESS_PATH, interval=Duration.seconds(10), timeout=Duration.seconds(5)
            ),
        )


def accept_traffic_shift(service: FargateService) -> None:
    """What a service whose traffic ECS shifts has: AWS's own role for it, and alarms instead of a circuit breaker."""
    policy = "arn:<AWS::Partition>:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
    acknowledge(service, f"IAM4[Policy::{policy}]", reason="ECS itself needs it to move listeners; AWS keeps it exact")
    acknowledge(
        service,
        "@aws-cdk/aws-ecs:shouldUseCircuitBreaker",
        reason="the circuit breaker is for rolling deployments only",
        reviewer="Annotation",
    )


def target_dimensions(balancer: str, group: elbv2.ApplicationTargetGroup | elbv2.NetworkTargetGroup) -> dict[str, str]:
    """CloudWatch dimensions of a target group behind a load balancer, given by its full name."""
    return {"LoadBalancer": balancer, "TargetGroup": group.target_group_full_name}


def rollout_options(section: ServiceSection) -> dict[str, Any]:
    """Arguments of a service whose traffic shifts in another way than task by task."""
    if section.rollout == "rolling":
        return {}
    options: dict[str, Any] = {"circuit_breaker": None, "bake_time": Duration.minutes(BAKE_MINUTES)}
    if section.rollout == "canary":
        shift = ecs.TrafficShiftConfig(step_percent=10, step_bake_time=Duration.minutes(BAKE_MINUTES))
        return {**options, "deployment_strategy": ecs.DeploymentStrategy.CANARY, "canary_configuration": shift}
    return {**options, "deployment_strategy": ecs.DeploymentStrategy.BLUE_GREEN}
