"""The timing budget, from what the templates tell containers, load balancers and ECS."""

from types import SimpleNamespace
from typing import Any, cast

from config.schema import Environment
from config.timing_budget import Line, budget
from contract.timing import Timing
from voicectl.review.templates import Assembly

TASK = "AWS::ECS::TaskDefinition"
TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"


def budget_of(assembly: Assembly) -> tuple[Line, ...]:
    """Compute every line of the budget with the durations that would be deployed."""
    containers = _containers(assembly)
    told = {pair["Name"]: pair["Value"] for pair in containers["agent"]["Environment"]}
    durations: dict[str, Any] = {name: int(told[name.upper()]) for name in Timing.model_fields if name.upper() in told}
    durations["livekit_stop_timeout_seconds"] = containers["livekit"]["StopTimeout"]
    durations["deregistration_seconds"] = _attribute(
        assembly, TARGETS, "deregistration_delay.timeout_seconds", "ApiRoute"
    )
    keep_alive = _attribute(assembly, BALANCER, "client_keep_alive.seconds", "WebSocket")
    values = SimpleNamespace(
        timing=SimpleNamespace(**durations),
        agent=SimpleNamespace(stop_timeout_seconds=containers["agent"]["StopTimeout"]),
        api=SimpleNamespace(stop_timeout_seconds=containers["api"]["StopTimeout"]),
        websocket=SimpleNamespace(
            stop_timeout_seconds=containers["websocket"]["StopTimeout"], keep_alive_seconds=keep_alive
        ),
    )
    return budget(cast(Environment, values))


def _containers(assembly: Assembly) -> dict[str, dict[str, Any]]:
    return {
        container["Name"]: container
        for _, task in assembly.of_type(TASK)
        for container in task.properties["ContainerDefinitions"]
    }


def _attribute(assembly: Assembly, type_: str, key: str, part_of_id: str) -> int:
    field = "TargetGroupAttributes" if type_ == TARGETS else "LoadBalancerAttributes"
    return next(
        int(attribute["Value"])
        for _, resource in assembly.of_type(type_)
        if part_of_id in resource.logical_id
        for attribute in resource.properties.get(field, [])
        if attribute["Key"] == key
    )
