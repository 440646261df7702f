"""Do regions, zones, names and address ranges stand beside each other without a clash?"""

from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import combinations

from config.aws_regions import AWS_REGIONS, HOME_REGIONS
from config.faults import Fault, conflict, fault
from config.schema import Environment
from config.words import KeyPath, did_you_mean, listed

LARGEST_PREFIX, SMALLEST_PREFIX = 16, 20  # AWS takes /16 to /28; three kinds of subnets need /20
PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))  # RFC 1918, 6598
OUR_NAMES = ("api", "ws", "livekit", "turn")  # in front of the domain's name


def regions_exist(environment: Environment) -> Iterator[Fault]:
    """Every region is one of AWS's."""
    for path, name in (("region",), environment.region), *_further_names(environment):
        if name not in AWS_REGIONS:
            yield conflict(
                path,
                allowed="it must be a region of AWS",
                remedy=did_you_mean(name, sorted(AWS_REGIONS), otherwise="write one such as us-east-1"),
            )


def home_has_all_services(environment: Environment) -> Iterator[Fault]:
    """The home region is one that has every service of the platform."""
    if environment.region in AWS_REGIONS - HOME_REGIONS:
        yield fault(
            "region",
            allowed=f"a home region needs Amplify and Budgets, as {listed(sorted(HOME_REGIONS))} have them",
            remedy="choose one of them, and name this region in [[regions]]",
        )


def regions_differ(environment: Environment) -> Iterator[Fault]:
    """A further region is neither the home region nor another further one."""
    seen = {environment.region: "the home region"}
    for path, name in _further_names(environment):
        if name in seen:
            yield conflict(path, allowed=f"it is {seen[name]}", remedy="remove it, or name another region")
        seen[name] = "a further region already"


def address_ranges_fit(environment: Environment) -> Iterator[Fault]:
    """An address range has room for all subnets, and is no larger than AWS takes."""
    for path, cidr in _ranges(environment):
        if not LARGEST_PREFIX <= cidr.prefixlen <= SMALLEST_PREFIX:
            prefix = LARGEST_PREFIX if cidr.prefixlen < LARGEST_PREFIX else SMALLEST_PREFIX
            yield conflict(
                path,
                allowed=f"its prefix must be /{LARGEST_PREFIX} to /{SMALLEST_PREFIX}",
                remedy=f"write {cidr.network_address}/{prefix}",
            )


def address_ranges_are_private(environment: Environment) -> Iterator[Fault]:
    """Addresses of others would be ours inside the VPC: nothing there could reach them any more."""
    for path, cidr in _ranges(environment):
        if not any(cidr.subnet_of(private) for private in PRIVATE):
            yield conflict(
                path,
                allowed=f"it must be in {listed([str(private) for private in PRIVATE])}",
                remedy="choose one such as 10.0.0.0/16",
            )


def address_ranges_are_apart(environment: Environment) -> Iterator[Fault]:
    """The VPCs are peered, so their addresses must not overlap."""
    for (first_path, first), (path, cidr) in combinations(_ranges(environment), 2):
        if first.overlaps(cidr):
            yield conflict(
                path,
                first_path,
                allowed=f"{cidr} must not overlap {first}, because the regions' VPCs are peered",
                remedy="choose a range of its own, such as 10.1.0.0/16",
            )


def zones_match(environment: Environment) -> Iterator[Fault]:
    """Zones by name are as many as `network.zones`, differ, and are zones of their region."""
    yield from _zones(("network", "zone_names"), environment.network.zone_names, environment.region, environment)
    for number, further in enumerate(environment.regions):
        yield from _zones(("regions", number, "zone_names"), further.zone_names, further.name, environment)


def nat_gateways_have_zones(environment: Environment) -> Iterator[Fault]:
    """A zone has one NAT gateway at most."""
    network = environment.network
    if network.nat_gateways > network.zones:
        yield conflict(
            "network.nat_gateways",
            "network.zones",
            allowed=f"network.nat_gateways must be at most network.zones, {network.zones}",
            remedy=f"set network.nat_gateways to {network.zones}",
        )


def subdomain_is_free(environment: Environment) -> Iterator[Fault]:
    """The page's name is not one of the services'."""
    if environment.frontend.subdomain in OUR_NAMES:
        yield fault(
            "frontend.subdomain",
            allowed=f"{environment.frontend.subdomain}. is a service's own name",
            remedy="choose another, such as app",
        )


def _zones(path: KeyPath, names: tuple[str, ...], region: str, environment: Environment) -> Iterator[Fault]:
    if not names:
        return
    wanted = environment.network.zones
    if len(names) != wanted or len(set(names)) != wanted:
        yield conflict(
            path,
            "network.zones",
            allowed=f"it must name as many different zones as network.zones, {wanted}",
            remedy=f"name {wanted}, or leave it out for the account's own order",
        )
    for number, name in enumerate(names):
        if not name.startswith(region) or name == region:
            yield conflict(
                (*path, number), allowed=f"it must be a zone of {region}", remedy=f"write one such as {region}a"
            )


def _further_names(environment: Environment) -> list[tuple[KeyPath, str]]:
    return [(("regions", number, "name"), further.name) for number, further in enumerate(environment.regions)]


def _ranges(environment: Environment) -> list[tuple[KeyPath, IPv4Network]]:
    further = [(("regions", number, "cidr"), region.cidr) for number, region in enumerate(environment.regions)]
    return [(("network", "cidr"), environment.network.cidr), *further]
