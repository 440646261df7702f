"""Load balancers, their listeners, rules and target groups."""

from collections.abc import Callable

from tests.fakes.cloudformation.kind import Kind, Resource


def _set_attributes(operation: str, *, property: str, subject: str) -> Callable[[Resource], None]:
    def then(resource: Resource) -> None:
        attributes = resource.take(property, [])
        if attributes:
            resource.call(operation, **{subject: resource.read(resource.kind.ref, what=subject)}, Attributes=attributes)

    return then


_set_group_attributes = _set_attributes(
    "modify_target_group_attributes", property="TargetGroupAttributes", subject="TargetGroupArn"
)


def _complete_group(group: Resource) -> None:
    _set_group_attributes(group)
    if group.take("Targets"):
        arn = group.read(group.kind.ref, what="TargetGroupArn")
        group.call("register_targets", TargetGroupArn=arn, Targets=group.take("Targets"))


KINDS = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": Kind(
        service="elbv2",
        create="create_load_balancer",
        ref="answer.LoadBalancers[0].LoadBalancerArn",
        attributes={
            "LoadBalancerArn": "answer.LoadBalancers[0].LoadBalancerArn",
            "LoadBalancerName": "name",
            "LoadBalancerFullName": "after(answer.LoadBalancers[0].LoadBalancerArn, 'loadbalancer/')",
            "DNSName": "answer.LoadBalancers[0].DNSName",
            "CanonicalHostedZoneID": "answer.LoadBalancers[0].CanonicalHostedZoneId",
            "SecurityGroups": "answer.LoadBalancers[0].SecurityGroups",
        },
        name="Name",
        name_limit=32,
        later=frozenset({"LoadBalancerAttributes"}),
        then=_set_attributes(
            "modify_load_balancer_attributes", property="LoadBalancerAttributes", subject="LoadBalancerArn"
        ),
    ),
    "AWS::ElasticLoadBalancingV2::Listener": Kind(
        service="elbv2",
        create="create_listener",
        ref="answer.Listeners[0].ListenerArn",
        attributes={"ListenerArn": "answer.Listeners[0].ListenerArn"},
        later=frozenset({"ListenerAttributes"}),
        then=_set_attributes("modify_listener_attributes", property="ListenerAttributes", subject="ListenerArn"),
    ),
    "AWS::ElasticLoadBalancingV2::ListenerRule": Kind(
        service="elbv2",
        create="create_rule",
        ref="answer.Rules[0].RuleArn",
        attributes={"RuleArn": "answer.Rules[0].RuleArn", "IsDefault": "answer.Rules[0].IsDefault"},
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": Kind(
        service="elbv2",
        create="create_target_group",
        ref="answer.TargetGroups[0].TargetGroupArn",
        attributes={
            "TargetGroupArn": "answer.TargetGroups[0].TargetGroupArn",
            "TargetGroupName": "name",
            "TargetGroupFullName": "after(answer.TargetGroups[0].TargetGroupArn, ':')",
            "LoadBalancerArns": "answer.TargetGroups[0].LoadBalancerArns",
        },
        name="Name",
        name_limit=32,
        later=frozenset({"TargetGroupAttributes", "Targets"}),
        then=_complete_group,
    ),
}
