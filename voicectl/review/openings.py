"""What is open to the world: every port that any address may reach, and every policy that lets anybody in."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from voicectl.review.templates import Assembly, Properties, Resource

GROUP = "AWS::EC2::SecurityGroup"
INGRESS = "AWS::EC2::SecurityGroupIngress"
WIDE_IPV4, WIDE_IPV6 = 8, 16  # bits of a prefix; shorter ones belong to nobody alone
POLICIES = ("PolicyDocument", "KeyPolicy", "RepositoryPolicyText", "ResourcePolicy", "AssumeRolePolicyDocument")


@dataclass(frozen=True, order=True)
class Opening:
    """One port or range that every address may reach, or one policy that lets anybody in.

    Attributes:
        protocol: `tcp`, `udp`, or `policy`.
        ports: Those, or whose policy it is.
    """

    stack: str
    protocol: str
    ports: str
    reason: str


def openings_of(assembly: Assembly) -> list[Opening]:
    """Every opening, from the groups' own rules and from rules beside them."""
    found = []
    for stack, group in assembly.of_type(GROUP):
        found += [
            _opening(stack.name, rule) for rule in group.properties.get("SecurityGroupIngress", []) if is_open(rule)
        ]
    found += [
        _opening(stack.name, rule.properties) for stack, rule in assembly.of_type(INGRESS) if is_open(rule.properties)
    ]
    found += [opening for _, resource in assembly.resources() for opening in _policies(resource)]
    return sorted(set(found))


def _policies(resource: Resource) -> Iterator[Opening]:
    for key in POLICIES:
        document = resource.properties.get(key)
        for statement in document.get("Statement", []) if isinstance(document, dict) else []:
            if statement.get("Effect") == "Allow" and _is_anybody(statement) and "Condition" not in statement:
                actions = statement.get("Action", "*")
                told = actions if isinstance(actions, str) else ", ".join(actions)
                yield Opening(resource.stack, "policy", resource.construct, f"anybody may {told}")


def _is_anybody(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    named = principal.get("AWS", []) if isinstance(principal, dict) else principal
    return "*" in (named if isinstance(named, list) else [named])


def is_open(rule: Properties) -> bool:
    """Whether a rule of a security group lets the world in."""
    return any(_is_world(rule.get(key)) for key in ("CidrIp", "CidrIpv6"))


def _is_world(cidr: Any) -> bool:
    """Two halves of the world are the world: any range that is wider than a continent's counts."""
    if not isinstance(cidr, str):
        return False
    network = ip_network(cidr, strict=False)
    return network.prefixlen < (WIDE_IPV4 if network.version == 4 else WIDE_IPV6)


def _opening(stack: str, rule: dict[str, Any]) -> Opening:
    first, last = rule.get("FromPort", "all"), rule.get("ToPort", "all")
    ports = str(first) if first == last else f"{first}–{last}"
    return Opening(stack, rule["IpProtocol"], ports, rule.get("Description", ""))
