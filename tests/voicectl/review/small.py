"""Small templates written by hand, for arithmetic that can be followed on paper."""

from typing import Any

from voicectl.review.templates import Assembly, StackTemplate

TIME_ZONE = "America/New_York"


def assembly_of(resources: dict[str, Any], *, name: str = "voiceplane-tiny-all", environment: str = "tiny") -> Assembly:
    """One stack with these resources."""
    tags = {"voiceplane:environment": environment}
    return Assembly((StackTemplate(name, "us-east-1", {"Resources": resources, "Outputs": {}}, tags),))


def service(name: str, *, vcpus: float, gib: float, tasks: int, **more: Any) -> dict[str, Any]:
    """A Fargate service on ARM, and its task definition.

    Args:
        more: `capacity` for sessions a task, `spot`, `high` and `actions` for its scaling.
    """
    told = [{"Name": "SESSION_CAPACITY", "Value": str(more["capacity"])}] if "capacity" in more else []
    task = {
        "Cpu": str(int(vcpus * 1024)),
        "Memory": str(int(gib * 1024)),
        "NetworkMode": "awsvpc",
        "RuntimePlatform": {"CpuArchitecture": "ARM64"},
        "ContainerDefinitions": [{"Name": name, "Environment": told}],
    }
    scaled = "high" in more
    resources: dict[str, Any] = {
        f"{name}Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": task},
        f"{name}Service": {
            "Type": "AWS::ECS::Service",
            "Properties": {
                "ServiceName": name,
                "TaskDefinition": {"Ref": f"{name}Task"},
                "CapacityProviderStrategy": [{"CapacityProvider": "FARGATE_SPOT" if more.get("spot") else "FARGATE"}],
                **({} if scaled else {"DesiredCount": tasks}),
            },
        },
    }
    if scaled:
        resources[f"{name}Target"] = {
            "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
            "Properties": {
                "ResourceId": {"Fn::GetAtt": [f"{name}Service", "Name"]},
                "MinCapacity": tasks,
                "MaxCapacity": more["high"],
                "ScheduledActions": more.get("actions", []),
            },
        }
    return resources


def action(when: str, *, low: int, high: int) -> dict[str, Any]:
    """One scheduled action."""
    return {
        "ScheduledActionName": when,
        "Schedule": when,
        "Timezone": TIME_ZONE,
        "ScalableTargetAction": {"MinCapacity": low, "MaxCapacity": high},
    }
