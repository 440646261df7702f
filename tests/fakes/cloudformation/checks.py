"""What CloudFormation refuses before the API is asked: outline, types, attributes, properties, taken names."""

from collections.abc import Iterable
from typing import Any

from tests.fakes.cloudformation import customs, schemas
from tests.fakes.cloudformation.errors import ResourceRefused, TemplateRefused
from tests.fakes.cloudformation.kind import Resource
from tests.fakes.cloudformation.kinds import KINDS

Template = dict[str, Any]
_SECTIONS = frozenset(
    [
        "AWSTemplateFormatVersion",
        "Description",
        "Metadata",
        "Parameters",
        "Rules",
        "Mappings",
        "Conditions",
        "Resources",
        "Outputs",
    ]
)
_OF_A_RESOURCE = frozenset(
    [
        "Type",
        "Properties",
        "DependsOn",
        "Condition",
        "Metadata",
        "DeletionPolicy",
        "UpdateReplacePolicy",
        "UpdatePolicy",
        "CreationPolicy",
    ]
)
_SAME_IN_ALL_REGIONS = frozenset({"iam", "s3", "route53", "budgets"})


def outline(template: Template) -> None:
    """Refuse a template, or a resource, with sections that CloudFormation does not know."""
    for section in template.keys() - _SECTIONS:
        raise TemplateRefused(section, type="Template", reason="is no section of a template")
    if not template.get("Resources"):
        raise TemplateRefused("Resources", type="Template", reason="at least one resource must be there")
    for logical_id, body in template["Resources"].items():
        for section in body.keys() - _OF_A_RESOURCE:
            raise TemplateRefused(logical_id, type=body.get("Type", "no type"), reason=f"{section} is unknown")


def types(template: Template, *, region: str) -> None:
    """Refuse a resource type that the region or the fake does not have: vanilla moto would skip it silently."""
    for logical_id, body in template["Resources"].items():
        type = body.get("Type", "no type")
        if customs.is_custom(type):
            continue
        if not schemas.exists(type, region=region):
            raise TemplateRefused(logical_id, type=type, reason=f"unrecognized resource type in {region}")
        if type not in KINDS:
            raise TemplateRefused(
                logical_id,
                type=type,
                reason="the fake cannot make this type; add a row to tests/fakes/cloudformation/kinds",
            )


def attribute_fault(type: str, attribute: str) -> str | None:
    """What is wrong with reading this attribute of this type; None when nothing is."""
    if customs.is_custom(type) or attribute in KINDS[type].attributes:
        return None
    return f"{type} has no attribute {attribute}, or the fake's row for it lacks one"


def properties(resource: Resource) -> None:
    """Refuse properties that the type's schema does not allow.

    Raises:
        ResourceRefused: Naming every fault.
    """
    faults = schemas.complaints(resource.properties, type=resource.cf_resource_type, region=resource.home.region)
    if faults:
        raise ResourceRefused("; ".join(faults))


def collision(resource: Resource, *, others: Iterable[Resource]) -> None:
    """Refuse a name that another resource of the type has; many APIs would just overwrite that one.

    Raises:
        ResourceRefused: Naming the stack that has it.
    """
    identity = _identity(resource)
    if not identity:
        return
    for other in others:
        if _identity(other) == identity and _same_scope(resource, other):
            holder = f"{other.logical_resource_id} of stack {other.home.stack}"
            raise ResourceRefused(f"{'|'.join(identity)} already exists: {holder} has it")


def _identity(resource: Resource) -> tuple[str, ...]:
    kind = resource.kind
    if kind.unique is None:
        return ()
    names = kind.unique or _primary(resource)
    return tuple(str(resource.properties[name]) for name in names if name in resource.properties)


def _primary(resource: Resource) -> tuple[str, ...]:
    schema = schemas.schema_of(resource.cf_resource_type, region=resource.home.region)
    names = tuple(path.rpartition("/")[2] for path in schema["primaryIdentifier"])
    if all(name in resource.properties for name in names):
        return names
    return (resource.kind.name,) if resource.kind.name else ()


def _same_scope(one: Resource, other: Resource) -> bool:
    return one.home.region == other.home.region or one.kind.service in _SAME_IN_ALL_REGIONS
