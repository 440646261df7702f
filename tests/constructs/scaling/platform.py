"""A stack with one real ECS service for every tier, scaled as its section says, for reading its template."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk.assertions import Template

from config.sections.agent import Agent
from config.sections.media import Egress, LiveKit
from config.sections.schedule import Schedule
from config.sections.web import Api, WebSocket
from config.sections.workers import CeleryPool, pool_section
from contract.pools import DATA, NOTIFICATIONS, VOICE, Pool
from voice_constructs.scaling.fleet import FleetScaling
from voice_constructs.scaling.tiers import (
    scale_agent,
    scale_api,
    scale_egress,
    scale_livekit,
    scale_pool,
    scale_websocket,
)

CDK_JSON = Path(__file__).parents[3] / "cdk.json"
ENVIRONMENT = "staging"
STEP_TIERS = ("agent", "websocket", "celery-voice", "celery-notifications", "celery-data", "livekit", "egress")
TIERS = ("api", *STEP_TIERS)

Resource = dict[str, Any]


@dataclass(frozen=True)
class Sections:
    """What an environment file says about the tiers; the defaults unless a test says otherwise."""

    agent: Agent = Agent()
    api: Api = Api()
    websocket: WebSocket = WebSocket()
    voice: CeleryPool = pool_section(VOICE)
    notifications: CeleryPool = pool_section(NOTIFICATIONS)
    data: CeleryPool = pool_section(DATA)
    livekit: LiveKit = LiveKit()
    egress: Egress = Egress()
    schedule: Schedule = Schedule()


class Platform:
    """The services of some tiers, and the template that they make.

    Attributes:
        scaled: The tiers' scaling.
    """

    def __init__(self, sections: Sections, *, tiers: tuple[str, ...] = TIERS) -> None:
        """Scale the services of the tiers."""
        context = json.loads(CDK_JSON.read_text())["context"]
        self.app = cdk.App(context=context, analytics_reporting=False)
        self.stack = cdk.Stack(self.app, "Platform")
        self._services = Services(self.stack)
        self._sections = sections
        self.scaled = {tier: self._scale(tier) for tier in tiers}

    @cached_property
    def template(self) -> dict[str, Any]:
        """Synthesize it."""
        return dict(Template.from_stack(self.stack).to_json())

    def resources(self, type_: str) -> dict[str, Resource]:
        """Answer the properties of all resources of a type, by logical id."""
        found = self.template["Resources"].items()
        return {id_: resource.get("Properties", {}) for id_, resource in found if resource["Type"] == type_}

    def policies(self, tier: str) -> dict[str, Resource]:
        """Answer a tier's policies by name, without the tier."""
        found = self.resources("AWS::ApplicationAutoScaling::ScalingPolicy").values()
        named = {policy["PolicyName"]: policy for policy in found}
        return {name.removeprefix(f"{tier}-"): named[name] for name in named if name.startswith(f"{tier}-")}

    def alarms(self, tier: str) -> dict[str, Resource]:
        """Answer a tier's alarms by the name of the policy that each sets off, without the tier."""
        policies = self.resources("AWS::ApplicationAutoScaling::ScalingPolicy")
        found = {}
        for alarm in self.resources("AWS::CloudWatch::Alarm").values():
            [action] = alarm["AlarmActions"]
            found[policies[action["Ref"]]["PolicyName"]] = alarm
        return {name.removeprefix(f"{tier}-"): found[name] for name in found if name.startswith(f"{tier}-")}

    def target(self, tier: str) -> Resource:
        """Answer a tier's scalable target."""
        target = self.scaled[tier].target
        assert target
        return self.resources("AWS::ApplicationAutoScaling::ScalableTarget")[self.stack.resolve(target.logical_id)]

    def _scale(self, tier: str) -> FleetScaling:
        name, sections = ENVIRONMENT, self._sections
        schedule = sections.schedule
        if tier == "livekit":
            node = self._services.on_instances("Node")
            return scale_livekit(node, livekit=sections.livekit, schedule=schedule, environment=name)
        service = self._services.on_fargate(tier)
        if tier == "agent":
            return scale_agent(service, agent=sections.agent, schedule=schedule, environment=name)
        if tier == "websocket":
            return scale_websocket(service, websocket=sections.websocket, schedule=schedule, environment=name)
        if tier == "egress":
            return scale_egress(service, egress=sections.egress, schedule=schedule, environment=name)
        if tier == "api":
            group, balancer = self._services.behind_balancer(service)
            return scale_api(service, api=sections.api, schedule=schedule, target_group=group, load_balancer=balancer)
        pool, workers = self._pool(tier)
        return scale_pool(service, pool=pool, workers=workers, schedule=schedule, environment=name)

    def _pool(self, tier: str) -> tuple[Pool, CeleryPool]:
        sections = self._sections
        return {
            "celery-voice": (VOICE, sections.voice),
            "celery-notifications": (NOTIFICATIONS, sections.notifications),
            "celery-data": (DATA, sections.data),
        }[tier]


class Services:
    """Makes services that run nothing of ours."""

    def __init__(self, stack: cdk.Stack) -> None:
        """Make what they share."""
        self._stack = stack
        self._vpc = ec2.Vpc(stack, "Vpc", nat_gateways=0, restrict_default_security_group=False)
        self._cluster = ecs.Cluster(
            stack, "Cluster", vpc=self._vpc, container_insights_v2=ecs.ContainerInsights.ENABLED
        )

    def on_fargate(self, id_: str) -> ecs.BaseService:
        """Make a service on Fargate."""
        definition = ecs.FargateTaskDefinition(self._stack, f"{id_}-task")
        self._add_container(definition)
        return ecs.FargateService(
            self._stack, id_, cluster=self._cluster, task_definition=definition, min_healthy_percent=100
        )

    def on_instances(self, id_: str) -> ecs.BaseService:
        """Make a service on instances of our own, on the host's network."""
        cluster = ecs.Cluster.from_cluster_attributes(
            self._stack, "Nodes", cluster_name="media", vpc=self._vpc, security_groups=[], has_ec2_capacity=True
        )
        definition = ecs.Ec2TaskDefinition(self._stack, f"{id_}-task", network_mode=ecs.NetworkMode.HOST)
        self._add_container(definition)
        return ecs.Ec2Service(self._stack, id_, cluster=cluster, task_definition=definition, min_healthy_percent=100)

    def behind_balancer(
        self, service: ecs.BaseService
    ) -> tuple[elbv2.ApplicationTargetGroup, elbv2.ApplicationLoadBalancer]:
        """Put a load balancer before a service."""
        assert isinstance(service, ecs.FargateService)
        balancer = elbv2.ApplicationLoadBalancer(self._stack, "Balancer", vpc=self._vpc)
        group = elbv2.ApplicationTargetGroup(
            self._stack, "Targets", vpc=self._vpc, port=80, targets=[service], target_type=elbv2.TargetType.IP
        )
        balancer.add_listener("Http", port=80, open=False, default_target_groups=[group])
        return group, balancer

    def _add_container(self, definition: ecs.TaskDefinition) -> None:
        definition.add_container(
            "main",
            image=ecs.ContainerImage.from_registry("scratch"),
            memory_reservation_mib=128,
            port_mappings=[ecs.PortMapping(container_port=80)],
        )
