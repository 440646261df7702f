"""What is open to the world: every port that any address may reach, and which load balancers face it."""

from dataclasses import dataclass
from typing import Any

from voicectl.review.templates import Assembly, Properties

GROUP = "AWS::EC2::SecurityGroup"
INGRESS = "AWS::EC2::SecurityGroupIngress"
ANYWHERE = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True, order=True)
class Opening:
    """One port or range that every address may reach."""

    stack: str
    protocol: str
    ports: str
    reason: str


def openings_of(assembly: Assembly) -> list[Opening]:
    """Every opening, from the groups' own rules and from rules beside them."""
    found = []
    for stack, group in assembly.of_type(GROUP):
        found += [
            _opening(stack.name, rule) for rule in group.properties.get("SecurityGroupIngress", []) if _open(rule)
        ]
    found += [
        _opening(stack.name, rule.properties) for stack, rule in assembly.of_type(INGRESS) if _open(rule.properties)
    ]
    return sorted(set(found))


def _open(rule: Properties) -> bool:
    return rule.get("CidrIp") in ANYWHERE or rule.get("CidrIpv6") in ANYWHERE


def _opening(stack: str, rule: dict[str, Any]) -> Opening:
    first, last = rule.get("FromPort", "all"), rule.get("ToPort", "all")
    ports = str(first) if first == last else f"{first}–{last}"
    return Opening(stack, rule["IpProtocol"], ports, rule.get("Description", ""))
