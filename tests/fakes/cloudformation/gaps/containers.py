"""ECS: Managed Instances, and memory limits that containers need not have."""

import types
from typing import Any, cast

from moto.core.responses import ActionResult
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse

from tests.fakes.cloudformation.gaps.graft import graft

_validate = EC2ContainerServiceBackend._validate_container_defs
_calculate = EC2ContainerServiceBackend._calculate_task_resource_requirements
_create = EC2ContainerServiceResponse.create_capacity_provider


def fill() -> None:
    """Add the provider, and let a soft limit or the task's own memory be enough."""
    graft(
        EC2ContainerServiceBackend,
        _validate_container_defs=staticmethod(_validate_with_soft_limits),
        _calculate_task_resource_requirements=staticmethod(_calculate_without_limits),
    )
    graft(EC2ContainerServiceResponse, create_capacity_provider=_create_capacity_provider)


def _validate_with_soft_limits(memory: str | None, definitions: list[Any], compatibilities: list[str] | None) -> None:
    _validate(memory, definitions, [one for one in compatibilities or [] if one != "EC2"])


def _calculate_without_limits(definition: Any) -> dict[str, Any]:
    containers = [{"memory": one.get("memoryReservation", 0), **one} for one in definition.container_definitions]
    needed: dict[str, Any] = _calculate(cast(Any, types.SimpleNamespace(container_definitions=containers)))
    return needed


def _create_capacity_provider(response: EC2ContainerServiceResponse) -> ActionResult:
    managed = response._get_param("managedInstancesProvider")
    if managed is None:
        return _create(response)
    name, tags = response._get_param("name"), response._get_param("tags")
    provider: Any = response.ecs_backend.create_capacity_provider(name, {}, tags)
    provider.auto_scaling_group_provider = None
    provider.managed_instances_provider = managed
    provider.cluster = response._get_param("cluster")
    return ActionResult({"capacityProvider": provider})
