"""Can each target group's load balancers reach its targets? Answered from security groups alone, as AWS would."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.stacks.values import Place, Values
from voicectl.review.templates import Assembly, Properties, Resource, StackTemplate

ELB = "AWS::ElasticLoadBalancingV2"
TCP_PROTOCOLS = ("HTTP", "HTTPS", "TCP", "TLS")
ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True)
class Rule:
    """One rule of a security group: a side, a range of ports and who is on the other side."""

    group: Place
    protocol: str
    first: int
    last: int
    other: Place | str

    def allows(self, *, protocol: str, port: int, other: Place) -> bool:
        """Answer whether traffic with another group may pass."""
        by_protocol = self.protocol == "-1" or (self.protocol == protocol and self.first <= port <= self.last)
        return by_protocol and self.other in (other, ANYWHERE)


def unreachable(assembly: Assembly) -> list[str]:
    """Answer what a load balancer cannot reach, one line each; nothing when all is well."""
    network = _Network(assembly)
    return sorted(set(network.faults()))


class _Network:
    """Security groups, load balancers and services of one assembly."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly, self._values = assembly, Values(assembly)
        self._ingress, self._egress = list(self._rules("Ingress")), list(self._rules("Egress"))

    def faults(self) -> Iterator[str]:
        for stack, group in self._assembly.of_type(f"{ELB}::TargetGroup"):
            place = Place(stack.name, group.logical_id)
            balancers, services = self._balancers_of(place), list(self._services_of(place))
            if not balancers or not services:
                yield f"{place.logical_id}: {len(balancers)} load balancers, {len(services)} services"
            for balancer in balancers:
                for service_stack, service, entry in services:
                    yield from self._blocked(group, balancer, self._groups_of(service_stack, service), entry)

    def _blocked(self, group: Resource, balancer: Place, targets: list[Place], entry: Properties) -> Iterator[str]:
        sources = self._balancer_groups(balancer)
        for protocol, port in _asked(group.properties, entry):
            if not any(self._open(source, target, protocol, port) for source in sources for target in targets):
                yield f"{group.logical_id}: {balancer.logical_id} cannot reach {protocol} {port}"

    def _open(self, source: Place, target: Place, protocol: str, port: int) -> bool:
        into = [rule for rule in self._ingress if rule.group == target]
        out = [rule for rule in self._egress if rule.group == source]
        return any(rule.allows(protocol=protocol, port=port, other=source) for rule in into) and any(
            rule.allows(protocol=protocol, port=port, other=target) for rule in out
        )

    def _balancers_of(self, group: Place) -> list[Place]:
        """Answer whose listeners forward to a group, or to the group that it takes turns with."""
        groups = {group, *self._partners(group)}
        return sorted({balancer for target, balancer in self._forwards() if target in groups})

    def _forwards(self) -> Iterator[tuple[Place, Place]]:
        for stack, listener in self._assembly.of_type(f"{ELB}::Listener"):
            for target in self._targets(stack, listener.properties["DefaultActions"]):
                yield target, self._values.place(listener.properties["LoadBalancerArn"], stack=stack)
        for stack, rule in self._assembly.of_type(f"{ELB}::ListenerRule"):
            listener_place = self._values.place(rule.properties["ListenerArn"], stack=stack)
            owner = next(each for each in self._assembly.stacks if each.name == listener_place.stack)
            balancer = self._values.properties(listener_place)["LoadBalancerArn"]
            for target in self._targets(stack, rule.properties["Actions"]):
                yield target, self._values.place(balancer, stack=owner)

    def _targets(self, stack: StackTemplate, actions: list[Properties]) -> Iterator[Place]:
        for action in actions:
            several = action.get("ForwardConfig", {}).get("TargetGroups", [])
            for each in [action, *several]:
                if "TargetGroupArn" in each:
                    yield self._values.place(each["TargetGroupArn"], stack=stack)

    def _services_of(self, group: Place) -> Iterator[tuple[StackTemplate, Resource, Properties]]:
        for stack, service in self._assembly.of_type("AWS::ECS::Service"):
            for entry in service.properties.get("LoadBalancers", []):
                if group in self._groups_in(stack, entry):
                    yield stack, service, entry

    def _partners(self, group: Place) -> Iterator[Place]:
        for stack, service in self._assembly.of_type("AWS::ECS::Service"):
            for entry in service.properties.get("LoadBalancers", []):
                groups = self._groups_in(stack, entry)
                if group in groups:
                    yield from groups

    def _groups_in(self, stack: StackTemplate, entry: Properties) -> list[Place]:
        alternate = entry.get("AdvancedConfiguration", {}).get("AlternateTargetGroupArn")
        arns = [entry["TargetGroupArn"], *([alternate] if alternate else [])]
        return [self._values.place(arn, stack=stack) for arn in arns]

    def _groups_of(self, stack: StackTemplate, service: Resource) -> list[Place]:
        """Answer the security groups of a service's tasks: their own, or their host's."""
        own = service.properties.get("NetworkConfiguration", {}).get("AwsvpcConfiguration", {}).get("SecurityGroups")
        return self._places(stack, own) if own else self._groups_of_hosts(stack, service)

    def _groups_of_hosts(self, stack: StackTemplate, service: Resource) -> list[Place]:
        provider = stack.properties_of(service.properties["CapacityProviderStrategy"][0]["CapacityProvider"])
        instances = stack.properties_of(provider["AutoScalingGroupProvider"]["AutoScalingGroupArn"])
        template = stack.properties_of(instances["LaunchTemplate"]["LaunchTemplateId"])["LaunchTemplateData"]
        own = template.get("SecurityGroupIds") or template["NetworkInterfaces"][0]["Groups"]
        return self._places(stack, own)

    def _balancer_groups(self, balancer: Place) -> list[Place]:
        stack = next(each for each in self._assembly.stacks if each.name == balancer.stack)
        return self._places(stack, self._values.properties(balancer).get("SecurityGroups", []))

    def _places(self, stack: StackTemplate, references: list[Any]) -> list[Place]:
        return [self._values.place(reference, stack=stack) for reference in references]

    def _rules(self, side: str) -> Iterator[Rule]:
        for stack, group in self._assembly.of_type("AWS::EC2::SecurityGroup"):
            for rule in group.properties.get(f"SecurityGroup{side}", []):
                yield self._rule(stack, Place(stack.name, group.logical_id), rule)
        for stack, resource in self._assembly.of_type(f"AWS::EC2::SecurityGroup{side}"):
            yield self._rule(
                stack, self._values.place(resource.properties["GroupId"], stack=stack), resource.properties
            )

    def _rule(self, stack: StackTemplate, group: Place, rule: Properties) -> Rule:
        other = rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId")
        return Rule(
            group=group,
            protocol=str(rule["IpProtocol"]),
            first=int(rule.get("FromPort", 0)),
            last=int(rule.get("ToPort", 65535)),
            other=self._values.place(other, stack=stack) if other else self._values.text(rule["CidrIp"], stack=stack),
        )


def _asked(group: Properties, entry: Properties) -> Iterator[tuple[str, int]]:
    """Yield what a load balancer sends: traffic to the container's port, and health checks."""
    yield ("tcp" if group["Protocol"] in TCP_PROTOCOLS else "udp"), int(entry["ContainerPort"])
    health = group.get("HealthCheckPort", "traffic-port")
    yield "tcp", int(entry["ContainerPort"] if health == "traffic-port" else health)
