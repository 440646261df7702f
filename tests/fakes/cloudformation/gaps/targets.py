"""Elastic Load Balancing: the longest deregistration delay."""

from typing import Any

from moto.elbv2.models import ELBv2Backend

from tests.fakes.cloudformation.gaps.graft import graft

_modify = ELBv2Backend.modify_target_group_attributes
_DELAY = "deregistration_delay.timeout_seconds"


def fill() -> None:
    """Allow 3,600 s, which is the limit; moto's own check stops one short."""
    graft(ELBv2Backend, modify_target_group_attributes=_modify_inclusively)


def _modify_inclusively(backend: ELBv2Backend, target_group_arn: str, attributes: dict[str, Any]) -> None:
    if str(attributes.get(_DELAY)) != "3600":
        _modify(backend, target_group_arn, attributes)
        return
    _modify(backend, target_group_arn, {**attributes, _DELAY: "3599"})
    backend.target_groups[target_group_arn].attributes[_DELAY] = "3600"
