"""What an address outside our own security groups may reach is exactly a declared list."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.stacks.values import Values
from tests.synthesis import Syntheses, Synthesis
from voicectl.review.templates import Assembly

Opening = tuple[str, str, str, str]  # stack, protocol, ports, from

WORLD = [
    ("control-plane", "tcp", "443", "0.0.0.0/0"),  # the API's load balancer
    ("control-plane", "tcp", "443", "0.0.0.0/0"),  # the WebSocket service's
    ("media", "tcp", "443", "0.0.0.0/0"),  # LiveKit's signalling
    ("media", "tcp", "443", "0.0.0.0/0"),  # TURN over TLS
    ("media", "tcp", "7881", "0.0.0.0/0"),  # WebRTC over TCP, at a node
    ("media", "udp", "3478", "0.0.0.0/0"),  # TURN over UDP, at a node
    ("media", "udp", "50000-60000", "0.0.0.0/0"),  # WebRTC, at a node
]
OWN_NETWORK = [
    ("control-plane", "tcp", "443", "10.0.0.0/16"),  # the internal load balancer
    ("network", "tcp", "443", "10.0.0.0/16"),  # private endpoints of AWS services
]
DECLARED = {"dev": WORLD + OWN_NETWORK, "staging": WORLD + OWN_NETWORK, "prod": WORLD + OWN_NETWORK}


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_openings_to_addresses_are_the_declared_list(syntheses: Syntheses, environment: str) -> None:
    """A rule for addresses is a hole in the wall: one more than these needs a reason, and a line here."""
    found = sorted(_openings(syntheses.reviewed(environment)))

    assert found == sorted(DECLARED[environment])


def test_nothing_is_open_over_ipv6(assembly: Assembly) -> None:
    """The VPCs have IPv4 only; a rule for ::/0 would open the day they do not."""
    assert "::/0" not in str([stack.template for stack in assembly.stacks])


def test_the_world_enters_through_public_subnets_only(synthesis: Synthesis) -> None:
    """A service with an address of its own could be reached around the firewall."""
    prefix = f"voiceplane-{synthesis.environment.name}-"
    services = [service.properties for _, service in synthesis.assembly.of_type("AWS::ECS::Service")]
    assigned = {
        service["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"]
        for service in services
        if "NetworkConfiguration" in service
    }
    facing = {
        (stack.name.removeprefix(prefix), balancer.logical_id.partition("Balancer")[0])
        for stack, balancer in synthesis.assembly.of_type("AWS::ElasticLoadBalancingV2::LoadBalancer")
        if balancer.properties["Scheme"] == "internet-facing"
    }

    assert assigned == {"DISABLED"}
    assert facing == {("control-plane", "Api"), ("control-plane", "WebSocket"), ("media", "Signal"), ("media", "Turn")}


def test_data_has_no_way_in_or_out_but_security_groups(synthesis: Synthesis) -> None:
    """Stores are asked by services that opened themselves a way, and by nobody else."""
    values = Values(synthesis.assembly)
    routed = {
        values.place(route.properties["RouteTableId"], stack=stack).logical_id
        for stack, route in synthesis.assembly.of_type("AWS::EC2::Route")
    }
    [database] = [resource.properties for _, resource in synthesis.assembly.of_type("AWS::RDS::DBInstance")]

    assert database["PubliclyAccessible"] is False
    assert not [table for table in routed if "dataSubnet" in table]
    assert not [opening for opening in _openings(synthesis) if opening[0] == "data"]


def _openings(synthesis: Synthesis) -> Iterator[Opening]:
    """Yield every ingress rule whose source is an address range and not a security group."""
    values = Values(synthesis.assembly)
    prefix = f"voiceplane-{synthesis.environment.name}-"
    for stack, rule in _ingress_rules(synthesis.assembly):
        assert "SourcePrefixListId" not in rule, "prefix lists are not declared here yet"
        source = rule.get("CidrIp") or rule.get("CidrIpv6")
        if source:
            first, last = rule.get("FromPort", "all"), rule.get("ToPort", "all")
            ports = str(first) if first == last else f"{first}-{last}"
            network = next(each for each in synthesis.assembly.stacks if each.name == stack)
            yield stack.removeprefix(prefix), rule["IpProtocol"], ports, values.text(source, stack=network)


def _ingress_rules(assembly: Assembly) -> Iterator[tuple[str, dict[str, Any]]]:
    for stack, group in assembly.of_type("AWS::EC2::SecurityGroup"):
        for rule in group.properties.get("SecurityGroupIngress", []):
            yield stack.name, rule
    for stack, resource in assembly.of_type("AWS::EC2::SecurityGroupIngress"):
        yield stack.name, resource.properties
