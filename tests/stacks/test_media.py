"""LiveKit's nodes carry what its service asks for, and neither leaves before its calls have ended."""

from typing import Any

from tests.stacks.values import Values
from tests.synthesis import Synthesis
from voicectl.review.templates import Assembly, Properties


def test_there_may_be_nodes_for_the_widest_bound_twice(synthesis: Synthesis) -> None:
    """A deployment at the peak starts a new task beside every old one, each on a node of its own."""
    assert _most_nodes(synthesis.assembly) >= 2 * _most_tasks(synthesis.assembly)


def test_there_may_be_nodes_for_fixed_sizes_and_windows_too(place: Synthesis) -> None:
    """A size that is fixed above `max`, or a window that goes beyond it, needs its nodes."""
    assert _most_nodes(place.assembly) >= 2 * _most_tasks(place.assembly)


def test_nodes_leave_by_drain_only(assembly: Assembly) -> None:
    """ECS protects nodes that carry tasks; AWS refuses that without protection from the group's own scale-in."""
    for _, provider in assembly.of_type("AWS::ECS::CapacityProvider"):
        settings = provider.properties["AutoScalingGroupProvider"]
        assert settings["ManagedTerminationProtection"] == "ENABLED"
        assert settings["ManagedDraining"] == "ENABLED"
    for _, group in assembly.of_type("AWS::AutoScaling::AutoScalingGroup"):
        assert group.properties["NewInstancesProtectedFromScaleIn"] is True


def test_nodes_keep_their_credentials_from_what_runs_on_them(assembly: Assembly) -> None:
    """A container on the host's network reaches the metadata service; with version 1 one forged request is enough."""
    for _, template in assembly.of_type("AWS::EC2::LaunchTemplate"):
        assert template.properties["LaunchTemplateData"]["MetadataOptions"]["HttpTokens"] == "required"


def test_services_on_nodes_wait_for_their_clusters_capacity(assembly: Assembly) -> None:
    """A service that is made first names a capacity provider that its cluster does not have yet."""
    for stack, _ in assembly.of_type("AWS::ECS::CapacityProvider"):
        associations = {each.logical_id for each in stack.of_type("AWS::ECS::ClusterCapacityProviderAssociations")}
        for service in stack.of_type("AWS::ECS::Service"):
            waits = stack.template["Resources"][service.logical_id]["DependsOn"]
            assert associations & set(waits), service.logical_id


def test_media_and_agents_add_recordings_and_never_read_or_delete_any(assembly: Assembly) -> None:
    """What carries strangers' audio must not be a way to other people's."""
    asked = {
        action
        for stack in assembly.stacks
        if stack.name.partition("-")[2].endswith(("-media", "-agents"))
        for policy in stack.of_type("AWS::IAM::Policy")
        for statement in policy.properties["PolicyDocument"]["Statement"]
        for action in _listed(statement["Action"])
        if action.startswith("s3:")
    }

    assert asked == {"s3:PutObject", "s3:AbortMultipartUpload"}


def test_whoever_uses_the_database_reaches_it(assembly: Assembly) -> None:
    """The migration above all: it is no service, so no service's rule opens its way."""
    values = Values(assembly)
    sources = {
        values.place(rule.properties["SourceSecurityGroupId"], stack=stack).logical_id[:-8]
        for stack, rule in assembly.of_type("AWS::EC2::SecurityGroupIngress")
        if rule.properties.get("Description") == "PostgreSQL"
    }

    assert {"ApiServiceSecurityGroup", "SupervisorServiceSecurityGroup", "MigrationAccess"} <= sources


def test_whoever_tells_people_may_encrypt_for_their_topic(assembly: Assembly) -> None:
    """The topic has a key of its own; a service that may not use it is not heard, and nobody learns of it."""
    [key] = [key.properties for stack, key in assembly.of_type("AWS::KMS::Key") if stack.name.endswith("-operations")]
    services = {
        service
        for statement in key["KeyPolicy"]["Statement"]
        for service in _listed(statement["Principal"].get("Service", []))
    }

    assert {f"{name}.amazonaws.com" for name in ("cloudwatch", "events", "budgets")} <= services


def _most_nodes(assembly: Assembly) -> int:
    return min(int(group.properties["MaxSize"]) for _, group in assembly.of_type("AWS::AutoScaling::AutoScalingGroup"))


def _most_tasks(assembly: Assembly) -> int:
    """The highest count that LiveKit's service may be given, by whatever."""
    counts: list[int] = [
        count
        for stack, service in assembly.of_type("AWS::ECS::Service")
        if service.properties["ServiceName"] == "livekit"
        for count in [service.properties.get("DesiredCount", 0), *_bounds(stack.template["Resources"])]
    ]
    return max(counts)


def _bounds(resources: dict[str, Any]) -> list[int]:
    targets: list[Properties] = [
        resource["Properties"]
        for logical_id, resource in resources.items()
        if resource["Type"] == "AWS::ApplicationAutoScaling::ScalableTarget" and logical_id.startswith("LiveKit")
    ]
    actions = [action["ScalableTargetAction"] for target in targets for action in target.get("ScheduledActions", [])]
    return [int(bounds["MaxCapacity"]) for bounds in [*targets, *actions]]


def _listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions
