"""The sidecar of ours beside LiveKit and egress, which never call ECS themselves."""

from aws_cdk import aws_ecs as ecs
from constructs import Construct

from contract.metrics import NAMESPACE
from contract.services import GUARDIAN
from contract.timing import Timing
from voice_constructs.access import allow_publishing, allow_task_protection
from voice_constructs.logs import log_group
from voice_constructs.service import ServiceSetting, add_container

RESERVATION_MIB = 128


def add_guardian(
    scope: Construct,
    definition: ecs.TaskDefinition,
    *,
    setting: ServiceSetting,
    guarded: str,
    prometheus_port: int,
    health_port: int,
    timing: Timing,
    stop_seconds: int,
) -> None:
    """Put a guardian into a task: it protects the task and publishes its neighbour's numbers.

    Args:
        guarded: `livekit` or `egress`.
        prometheus_port: The neighbour's, on the task's own loopback; so is `health_port`.
        stop_seconds: As long as its neighbour's: it must outlive the drain it reports.
    """
    add_container(
        definition,
        GUARDIAN,
        setting=setting,
        log=log_group(scope, "GuardianLog", days=setting.log_days),
        values={
            "guarded": guarded,
            "prometheus_url": f"http://127.0.0.1:{prometheus_port}/metrics",
            "health_url": f"http://127.0.0.1:{health_port}/",
            "scale_in_protection_seconds": timing.scale_in_protection_seconds,
        },
        stop_seconds=stop_seconds,
        memory_reservation_mib=RESERVATION_MIB,
        essential=False,  # calls outlive it; with an essential sidecar ECS would stop them
    )
    allow_task_protection(definition.task_role, cluster=setting.cluster_name)
    allow_publishing(definition.task_role, namespace=NAMESPACE)
