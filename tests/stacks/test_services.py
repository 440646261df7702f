"""Every ECS service starts, scales, is replaced and stops as its tier needs."""

from collections.abc import Callable
from typing import Any

import pytest

from contract.services import BEAT
from tests.stacks.containers import containers_of
from tests.stacks.values import Values
from tests.synthesis import Synthesis
from voicectl.review.templates import Assembly

Services = dict[str, dict[str, Any]]
FIXED = {  # by places/fixed-sizes.toml
    "agent": 2, "api": 2, "celery-data": 0, "celery-notifications": 1, "celery-voice": 1, "egress": 1, "livekit": 5,
    "websocket": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def services(assembly: Assembly) -> Services:
    """Properties of every service, by its name."""
    return {
        service.properties["ServiceName"]: service.properties for _, service in assembly.of_type("AWS::ECS::Service")
    }


def test_a_scaled_service_has_no_desired_count(services: Services, assembly: Assembly) -> None:
    """CloudFormation would set the count back to it at every deployment, in the middle of the peak."""
    assert {name for name, service in services.items() if "DesiredCount" in service} == set(services) - _scaled(
        assembly
    )


def test_only_two_services_are_not_scaled(services: Services, assembly: Assembly) -> None:
    """Two beats enqueue everything twice; of two supervisors one leads and the other waits to."""
    counts = {name: services[name]["DesiredCount"] for name in set(services) - _scaled(assembly)}

    assert {name: count for name, count in counts.items() if name != "flower"} == {"beat": 1, "supervisor": 2}


@pytest.mark.parametrize(("name", "count"), FIXED.items())
def test_a_fixed_service_has_its_count_and_nothing_that_changes_it(
    elsewhere: Callable[[str], Synthesis], name: str, count: int
) -> None:
    """A target that is left behind would scale a service that its file calls fixed."""
    assembly = elsewhere("fixed-sizes").assembly
    services = {each.properties["ServiceName"]: each.properties for _, each in assembly.of_type("AWS::ECS::Service")}

    assert services[name]["DesiredCount"] == count
    assert name not in _scaled(assembly)


def test_a_failed_deployment_is_rolled_back(services: Services) -> None:
    """Otherwise ECS tries for three hours, and nobody is told."""
    breakers = {
        name: service["DeploymentConfiguration"]["DeploymentCircuitBreaker"] for name, service in services.items()
    }

    assert all(breaker == {"Enable": True, "Rollback": True} for breaker in breakers.values())


def test_there_are_never_two_beats(services: Services) -> None:
    """The old one goes before the new one comes; a minute without beat is made up for, a doubled minute is not."""
    deployment = services[BEAT.name]["DeploymentConfiguration"]

    assert (deployment["MinimumHealthyPercent"], deployment["MaximumPercent"]) == (0, 100)


def test_what_takes_calls_is_never_below_strength(services: Services) -> None:
    """A deployment at the peak must not refuse calls."""
    for name in ("agent", "api", "websocket"):
        assert services[name]["DeploymentConfiguration"]["MinimumHealthyPercent"] == 100, name


def test_no_container_is_killed_before_it_has_drained(assembly: Assembly) -> None:
    """ECS sends SIGKILL after 30 s when nothing is said."""
    for container in containers_of(assembly):
        assert container.definition["StopTimeout"] >= 30, container


def test_live_calls_may_be_protected_from_scaling_in(assembly: Assembly) -> None:
    """A process that holds a call asks ECS to spare its task, and must be allowed to."""
    allowed = {
        service
        for stack in assembly.stacks
        for policy in stack.of_type("AWS::IAM::Policy")
        for statement in policy.properties["PolicyDocument"]["Statement"]
        if "ecs:UpdateTaskProtection" in statement["Action"]
        for service in ("agent", "livekit", "egress", "websocket")
        if policy.logical_id.lower().startswith(service)
    }

    assert allowed == {"agent", "livekit", "egress", "websocket"}


def test_only_the_guardian_may_die_alone(assembly: Assembly) -> None:
    """A task without its main process holds a place in the fleet; one without guardian still carries its calls."""
    containers = [(container.contract.name, container.definition["Essential"]) for container in containers_of(assembly)]

    assert {name for name, essential in containers if not essential} == {"guardian"}


def test_logs_are_kept_for_a_stated_time(assembly: Assembly) -> None:
    """Logs without a retention are paid for for ever."""
    groups = {
        f"{stack.name}/{group.logical_id}": group.properties.get("RetentionInDays")
        for stack, group in assembly.of_type("AWS::Logs::LogGroup")
    }

    assert [name for name, days in groups.items() if not days] == []


def test_every_container_logs_into_a_group_of_its_stack(assembly: Assembly) -> None:
    """awslogs makes a group without retention when the named one does not exist."""
    for container in containers_of(assembly):
        options = container.definition["LogConfiguration"]["Options"]

        assert options["awslogs-group"]["Ref"] in container.stack.template["Resources"], container


def _scaled(assembly: Assembly) -> set[str]:
    """Answer the names of services that have a scalable target."""
    values = Values(assembly)
    found = set()
    for stack, target in assembly.of_type("AWS::ApplicationAutoScaling::ScalableTarget"):
        id_ = values.text(target.properties["ResourceId"], stack=stack).rpartition("/")[2]
        logical_id = id_.removeprefix(f"{stack.name}.").removesuffix(".Name")
        found.add(stack.template["Resources"][logical_id]["Properties"]["ServiceName"])
    return found
