"""How many tasks run: scalable targets with their schedules, and their policies."""

from tests.fakes.cloudformation.errors import ResourceRefused
from tests.fakes.cloudformation.kind import Kind, Properties, Resource


def _put_schedules(target: Resource) -> None:
    for action in target.take("ScheduledActions", []):
        target.call("put_scheduled_action", **_address(target), **action)


def _address(resource: Resource) -> Properties:
    return {key: resource.properties[key] for key in ("ServiceNamespace", "ResourceId", "ScalableDimension")}


def _resource_of_target(policy: Resource) -> Properties:
    properties = dict(policy.properties)
    target = properties.pop("ScalingTargetId", None)
    if target:
        properties["ResourceId"], properties["ScalableDimension"], properties["ServiceNamespace"] = target.split("|")
    _check_registered(policy, properties)
    return properties


def _check_registered(policy: Resource, properties: Properties) -> None:
    """The service refuses a policy for what is no scalable target; moto takes it."""
    found = policy.call(
        "describe_scalable_targets",
        ServiceNamespace=properties["ServiceNamespace"],
        ResourceIds=[properties["ResourceId"]],
        ScalableDimension=properties["ScalableDimension"],
    )
    if not found["ScalableTargets"]:
        raise ResourceRefused(f"no scalable target is registered for {properties['ResourceId']}")


KINDS = {
    "AWS::ApplicationAutoScaling::ScalableTarget": Kind(
        service="application-autoscaling",
        create="register_scalable_target",
        ref="join('|', [props.ResourceId, props.ScalableDimension, props.ServiceNamespace])",
        attributes={"Id": "join('|', [props.ResourceId, props.ScalableDimension, props.ServiceNamespace])"},
        later=frozenset({"ScheduledActions"}),
        then=_put_schedules,
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": Kind(
        service="application-autoscaling",
        create="put_scaling_policy",
        ref="answer.PolicyARN",
        attributes={"Arn": "answer.PolicyARN"},
        unique=("PolicyName", "ScalingTargetId", "ResourceId", "ScalableDimension"),
        prepare=_resource_of_target,
    ),
}
