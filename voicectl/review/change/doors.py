"""Who reaches which port through a security group, and did not before."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from typing import Any, Final, NamedTuple

from voicectl.review.change.compare import Difference, Kind
from voicectl.review.change.naming import Naming
from voicectl.review.openings import GROUP, INGRESS, is_open
from voicectl.review.templates import Assembly, Properties
from voicectl.review.values import text_of

SOURCES: Final = ("CidrIp", "CidrIpv6", "SourceSecurityGroupId", "SourceSecurityGroupName", "SourcePrefixListId")
ALL_PORTS: Final = (0, 65535)
WIDE: Final = 1024  # ports; media of one node needs more, and comes from the world or not at all


class Door(NamedTuple):
    """One rule that lets somebody in.

    Attributes:
        protocol: `-1` is every one.
    """

    source: str
    kind: str
    protocol: str
    first: int
    last: int

    @property
    def ports(self) -> str:
        """`tcp 443`, `tcp 0–65535`, or `all`."""
        if self.protocol == "-1":
            return "all protocols and ports"
        return f"{self.protocol} {self.first}" + (f"–{self.last}" if self.last != self.first else "")

    def is_within(self, other: "Door") -> bool:
        """Whether the other lets in as much from the same source."""
        return (
            self.source == other.source
            and other.protocol in (self.protocol, "-1")
            and other.first <= self.first
            and self.last <= other.last
        )


class Opened(NamedTuple):
    """One door that is there now."""

    what: str
    change: str
    meaning: str


def opened_doors(
    differences: Iterable[Difference], *, this: Assembly, ours: Naming, theirs: Naming
) -> Iterator[tuple[Difference, Opened]]:
    """Yield what changed and new rules let in beyond the other side's, but for what is open to the world."""
    for each in differences:
        if each.kind is Kind.REMOVED or each.resource.type not in (GROUP, INGRESS):
            continue
        stack = this.by_name[each.resource.stack]
        before = rules_of(theirs.plain(each.before.properties)) if each.before else []
        for rule in rules_of(each.resource.properties):
            if not is_open(rule, stack=stack):
                kind = _door(rule).kind
                shown = text_of(rule.get(kind, "?"), stack=stack, assembly=this)
                if found := opened_by(ours.plain(rule), before, shown=shown):
                    yield each, found


def rules_of(properties: Properties) -> list[dict[str, Any]]:
    """The rules of a group, or the one that stands beside its group."""
    if any(source in properties for source in SOURCES):
        return [properties]
    return list(properties.get("SecurityGroupIngress", []))


def _door(rule: dict[str, Any]) -> Door:
    kind = next((source for source in SOURCES if source in rule), SOURCES[0])
    protocol = str(rule.get("IpProtocol", "-1"))
    first, last = (int(rule.get(key, default)) for key, default in zip(("FromPort", "ToPort"), ALL_PORTS, strict=True))
    return Door(str(rule.get(kind)), kind, protocol, *((first, last) if protocol != "-1" and first >= 0 else ALL_PORTS))


def opened_by(rule: dict[str, Any], rules_before: list[dict[str, Any]], *, shown: str) -> Opened | None:
    """Answer what a rule opens: networks each time, groups when they come through more ports than a service has."""
    door, before = _door(rule), list(map(_door, rules_before))
    if any(door.is_within(known) for known in before):
        return None
    same = [known.ports for known in before if known.source == door.source]
    if same:
        wider = any(known.is_within(door) for known in before)
        change = f"{', '.join(same)} → {door.ports}"
        return Opened(f"ports {'widened' if wider else 'changed'}", change, f"from {shown}")
    if door.kind.startswith("Cidr"):
        who = "a public network" if _is_public(shown) else "a whole network"
        return Opened("opened to a network", f"{door.ports} from {shown}", f"{who} comes in, whoever is in it")
    if door.last - door.first >= WIDE:
        return Opened("ports widened", f"nothing → {door.ports}", f"from {shown}")
    return None


def _is_public(cidr: str) -> bool:
    try:
        return not ip_network(cidr, strict=False).is_private
    except ValueError:
        return False
