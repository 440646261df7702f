"""What is open to the world: every port that any address may reach, and every policy that lets anybody in."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from voicectl.review.templates import Assembly, Properties, Resource, StackTemplate

GROUP = "AWS::EC2::SecurityGroup"
INGRESS = "AWS::EC2::SecurityGroupIngress"
WIDE_IPV4, WIDE_IPV6 = 8, 16  # bits of a prefix; shorter ones belong to nobody alone
PREFIX_LIST = "SourcePrefixListId"  # its entries may become the world without a template's change
BY_RESOURCE = {"Ref", "Fn::GetAtt", "Fn::GetStackOutput"}  # such as a VPC's own range
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
        rules = group.properties.get("SecurityGroupIngress", [])
        found += [_opening(stack.name, rule) for rule in rules if is_open(rule, stack=stack)]
    found += [
        _opening(stack.name, rule.properties)
        for stack, rule in assembly.of_type(INGRESS)
        if is_open(rule.properties, stack=stack)
    ]
    found += [opening for _, resource in assembly.resources() for opening in _policies(resource)]
    return sorted(set(found))


def _policies(resource: Resource) -> Iterator[Opening]:
    for key in POLICIES:
        document = resource.properties.get(key)
        said = document.get("Statement", []) if isinstance(document, dict) else []
        for statement in said if isinstance(said, list) else [said]:
            if statement.get("Effect") == "Allow" and _is_anybody(statement) and "Condition" not in statement:
                actions = statement.get("Action", "*")
                told = actions if isinstance(actions, str) else ", ".join(actions)
                yield Opening(resource.stack, "policy", resource.construct, f"anybody may {told}")


def _is_anybody(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    named = principal.get("AWS", []) if isinstance(principal, dict) else principal
    return "*" in (named if isinstance(named, list) else [named])


def is_open(rule: Properties, *, stack: StackTemplate) -> bool:
    """Whether a rule of a security group lets the world in, or somebody whom the template does not name."""
    return PREFIX_LIST in rule or any(_is_world(rule[key], stack) for key in ("CidrIp", "CidrIpv6") if key in rule)


def _is_world(cidr: Any, stack: StackTemplate) -> bool:
    """Two halves of the world are the world: any range that is wider than a continent's counts.

    A parameter is its default; a range that only the deployment knows, and that no resource of the template is, counts.
    """
    parameter = (
        stack.template.get("Parameters", {}).get(cidr["Ref"]) if isinstance(cidr, dict) and "Ref" in cidr else None
    )
    said = parameter.get("Default", "") if parameter else cidr
    if isinstance(said, dict):
        return not set(said) & BY_RESOURCE
    try:
        network = ip_network(said, strict=False)
    except ValueError:
        return True
    return network.prefixlen < (WIDE_IPV4 if network.version == 4 else WIDE_IPV6)


def _opening(stack: str, rule: dict[str, Any]) -> Opening:
    first, last = rule.get("FromPort", "all"), rule.get("ToPort", "all")
    ports = str(first) if first == last else f"{first}–{last}"
    reason = str(rule.get("Description", ""))
    if PREFIX_LIST in rule:
        reason = f"{reason} (whoever is in prefix list {rule[PREFIX_LIST]})".strip()
    return Opening(stack, str(rule["IpProtocol"]), ports, reason)
