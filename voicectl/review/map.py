"""The environment as a map: who stands in which subnets, and who opens connections to whom, read off the templates."""

from collections.abc import Iterator
from typing import Any, Final, Literal

from voicectl.review.openings import is_open
from voicectl.review.page import Arrow, Box, Diagram
from voicectl.review.services import Service, services_of
from voicectl.review.templates import Assembly, Resource, StackTemplate
from voicectl.review.values import Place, place_of, places_in, text_of

BALANCER: Final = "AWS::ElasticLoadBalancingV2::LoadBalancer"
CALLERS, PROVIDERS, CONSOLE, NAT, STORAGE = "callers", "providers", "console", "nat", "storage"
Zone = Literal["internet", "public", "private", "data", "outside"]


def map_of(assembly: Assembly) -> Diagram:
    """Draw the home region; a further one has its own media and agents, as the home region does."""
    home = assembly.stacks[0].region if assembly.stacks else ""
    further = sorted({stack.region for stack in assembly.stacks} - {home})
    at_home = Assembly(tuple(stack for stack in assembly.stacks if stack.region == home))
    survey = _Survey(at_home)
    boxes, arrows = _merged(list(survey.boxes()), sorted(set(survey.arrows())))
    network = next((str(each.properties.get("CidrBlock")) for _, each in at_home.of_type("AWS::EC2::VPC")), "")
    zones = sum("Public" in str(each.properties.get("Tags")) for _, each in at_home.of_type("AWS::EC2::Subnet"))
    elsewhere = f"; media and agents in {', '.join(further)} too" if further else ""
    return Diagram(
        title=f"{assembly.environment or 'environment'} in {home}",
        network=f"VPC {network}, {zones} zones{elsewhere}",
        boxes=tuple(boxes),
        arrows=tuple(Arrow(source=source, target=target, label=label) for source, target, label in arrows),
    )


Link = tuple[str, str, str]


class _Survey:
    """What stands where, and which security groups, names and rights lead from one to another."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._services = services_of(assembly)
        self._balancers = list(assembly.of_type(BALANCER))
        self._internal = {
            Place(stack.name, each.logical_id)
            for stack, each in self._balancers
            if each.properties.get("Scheme") == "internal"
        }
        self._names = self._balancer_names()
        self._owners = dict(self._security_groups())

    def boxes(self) -> Iterator[Box]:
        """Yield everything, services one by one."""
        yield Box(id=CALLERS, zone="internet", title="callers", lines=("browsers, WebRTC",))
        for stack, balancer in self._balancers:
            place = Place(stack.name, balancer.logical_id)
            kind = "ALB" if balancer.properties.get("Type", "application") == "application" else "NLB"
            public = balancer.properties.get("Scheme") == "internet-facing"
            zone: Zone = "public" if public else "private"
            title = self._names.get(place, balancer.construct)
            yield Box(id=_id(place), zone=zone, title=title, lines=(f"{kind}, {self._listens(place)}",))
        for service in self._services:
            where: Zone = "public" if service.machine.instance_type else "private"
            yield Box(id=service.name, zone=where, title=service.name, lines=(f"{service.tasks} × {_size(service)}",))
        yield from self._store_boxes()
        yield from self._outer_boxes()

    def arrows(self) -> Iterator[Link]:
        """Yield who opens connections to whom."""
        yield from self._from_the_world()
        yield from self._through_groups()
        yield from self._by_name()
        for service in self._services:
            if self._reads_providers(service):
                yield service.name, NAT, ""
            if self._stores_objects(service):
                yield service.name, STORAGE, ""
        if any(self._reads_providers(service) for service in self._services):
            yield NAT, PROVIDERS, "HTTPS"

    def _listens(self, balancer: Place) -> str:
        """`TLS 443`; HTTPS is TLS too."""
        ports = [
            f"{listener.properties['Protocol'].replace('HTTPS', 'TLS')} {listener.properties['Port']}"
            for stack, listener in self._assembly.of_type("AWS::ElasticLoadBalancingV2::Listener")
            if place_of(listener.properties["LoadBalancerArn"], stack=stack, assembly=self._assembly) == balancer
        ]
        return ", ".join(ports) or "no listener"

    def _store_boxes(self) -> Iterator[Box]:
        for stack, database in self._assembly.of_type("AWS::RDS::DBInstance"):
            properties = database.properties
            standby = ("standby in another zone",) if properties.get("MultiAZ") else ()
            replica = "SourceDBInstanceIdentifier" in properties
            title = "PostgreSQL replica" if replica else f"PostgreSQL {properties.get('EngineVersion', '')}"
            lines = (properties["DBInstanceClass"], *standby)
            yield Box(id=_id(Place(stack.name, database.logical_id)), zone="data", title=title, lines=lines)
        for stack, group in self._assembly.of_type("AWS::ElastiCache::ReplicationGroup"):
            properties = group.properties
            name = str(properties.get("ReplicationGroupId", group.construct)).rpartition("-")[2]
            nodes = properties.get("NumNodeGroups", 1) * (1 + properties.get("ReplicasPerNodeGroup", 0))
            title = f"Valkey {properties.get('EngineVersion', '')}: {name}"
            line = f"{nodes} × {properties['CacheNodeType'].removeprefix('cache.')}"
            yield Box(id=_id(Place(stack.name, group.logical_id)), zone="data", title=title, lines=(line,))

    def _outer_boxes(self) -> Iterator[Box]:
        gateways = sum(1 for _ in self._assembly.of_type("AWS::EC2::NatGateway"))
        if gateways:
            yield Box(id=NAT, zone="public", title="NAT", lines=(f"{gateways} gateway{'s' if gateways > 1 else ''}",))
            yield Box(id=PROVIDERS, zone="internet", title="AI providers", lines=("speech and language",))
        if any(True for _ in self._assembly.of_type("AWS::Amplify::App")):
            yield Box(id=CONSOLE, zone="internet", title="call console", lines=("Amplify",))
        buckets = [str(each.construct).rpartition("/")[2] for _, each in self._assembly.of_type("AWS::S3::Bucket")]
        kept = [name.lower() for name in buckets if "Log" not in name]
        if kept:
            yield Box(id=STORAGE, zone="outside", title="S3", lines=tuple(kept))

    def _from_the_world(self) -> Iterator[Link]:
        if any(True for _ in self._assembly.of_type("AWS::Amplify::App")):
            yield CALLERS, CONSOLE, ""
        for stack, group in self._assembly.of_type("AWS::EC2::SecurityGroup"):
            owner = self._owners.get(Place(stack.name, group.logical_id))
            rules = [rule for rule in group.properties.get("SecurityGroupIngress", []) if is_open(rule, stack=stack)]
            if owner and rules:
                ports = ", ".join(dict.fromkeys(_ports(rule) for rule in rules))
                yield CALLERS, owner, ports

    def _through_groups(self) -> Iterator[Link]:
        """A rule that lets one group reach another is a way that somebody takes."""
        for stack, rule in self._assembly.of_type("AWS::EC2::SecurityGroupIngress"):
            ends = [self._owner(rule.properties.get(key), stack) for key in ("SourceSecurityGroupId", "GroupId")]
            if ends[0] and ends[1] and ends[0] != ends[1]:
                yield ends[0], ends[1], ""

    def _by_name(self) -> Iterator[Link]:
        """A process that is told a load balancer's name calls it; only LiveKit's public name is called from inside."""
        for stack, service, containers in self._containers():
            told = {
                str(variable["Name"]): text_of(variable.get("Value", ""), stack=stack, assembly=self._assembly)
                for container in containers
                for variable in container.get("Environment", [])
            }
            for place, host in self._names.items():
                inside = place in self._internal
                if any(f"//{host}" in text and (inside or name.startswith("LIVEKIT")) for name, text in told.items()):
                    yield service.name, _id(place), ""

    def _security_groups(self) -> Iterator[tuple[Place, str]]:
        for stack, balancer in self._balancers:
            yield from self._owned(
                balancer.properties.get("SecurityGroups", []), stack, _id(Place(stack.name, balancer.logical_id))
            )
        for stack, resource in self._assembly.of_type("AWS::RDS::DBInstance"):
            groups = resource.properties.get("VPCSecurityGroups", [])
            if "SourceDBInstanceIdentifier" not in resource.properties:
                yield from self._owned(groups, stack, _id(Place(stack.name, resource.logical_id)))
        for stack, resource in self._assembly.of_type("AWS::ElastiCache::ReplicationGroup"):
            yield from self._owned(
                resource.properties.get("SecurityGroupIds", []), stack, _id(Place(stack.name, resource.logical_id))
            )
        for service in self._services:
            stack = self._assembly.by_name[service.stack]
            yield from self._owned(_groups(service, stack), stack, service.name)

    def _owned(self, groups: Any, stack: StackTemplate, owner: str) -> Iterator[tuple[Place, str]]:
        for place in places_in(groups, stack=stack, assembly=self._assembly):
            yield place, owner

    def _owner(self, group: Any, stack: StackTemplate) -> str | None:
        place = place_of(group, stack=stack, assembly=self._assembly)
        return self._owners.get(place) if place else None

    def _balancer_names(self) -> dict[Place, str]:
        names = {}
        for stack, record in self._assembly.of_type("AWS::Route53::RecordSet"):
            alias = record.properties.get("AliasTarget", {}).get("DNSName")
            for place in places_in(alias, stack=stack, assembly=self._assembly):
                names[place] = str(record.properties["Name"]).rstrip(".")
        return names

    def _containers(self) -> Iterator[tuple[StackTemplate, Service, list[dict[str, Any]]]]:
        for service in self._services:
            stack = self._assembly.by_name[service.stack]
            task = stack.properties_of(_entry(service, stack)["TaskDefinition"])
            yield stack, service, task.get("ContainerDefinitions", [])

    def _reads_providers(self, service: Service) -> bool:
        for stack, each, containers in self._containers():
            if each.name == service.name:
                secrets = [secret["ValueFrom"] for container in containers for secret in container.get("Secrets", [])]
                places = set(places_in(secrets, stack=stack, assembly=self._assembly))
                return any(self._is_providers(place) for place in places)
        return False

    def _is_providers(self, place: Place) -> bool:
        entry = self._assembly.by_name[place.stack].template["Resources"][place.logical_id]
        return str(entry.get("Properties", {}).get("Name", "")).endswith("/providers")

    def _stores_objects(self, service: Service) -> bool:
        stack = self._assembly.by_name[service.stack]
        role = stack.properties_of(_entry(service, stack)["TaskDefinition"]).get("TaskRoleArn")
        return any(
            place_of(role, stack=stack, assembly=self._assembly) in _roles(policy, stack, self._assembly)
            and "s3:PutObject" in str(policy.properties)
            for policy in stack.of_type("AWS::IAM::Policy")
        )


def _merged(boxes: list[Box], links: list[Link]) -> tuple[list[Box], list[Link]]:
    """Services with the same ways in and out share a box: five alike are read as one."""
    ways: dict[str, list[tuple[str, str]]] = {}
    for source, target, _ in links:
        ways.setdefault(source, []).append(("to", target))
        ways.setdefault(target, []).append(("from", source))
    alike: dict[Any, list[Box]] = {}
    for box in boxes:
        is_service = box.zone == "private" and ":" not in box.id
        alike.setdefault((box.zone, frozenset(ways.get(box.id, ()))) if is_service else box.id, []).append(box)
    renamed = {box.id: group[0].id for group in alike.values() for box in group}
    merged = [_one(group) for group in alike.values()]
    return merged, sorted({(renamed[source], renamed[target], label) for source, target, label in links})


def _one(group: list[Box]) -> Box:
    first = group[0]
    if len(group) == 1:
        return first
    lines = tuple(f"{box.title}: {box.lines[0]}" for box in group)
    return Box(id=first.id, zone=first.zone, title="background", lines=lines)


def _roles(policy: Resource, stack: StackTemplate, assembly: Assembly) -> set[Place]:
    return set(places_in(policy.properties.get("Roles", []), stack=stack, assembly=assembly))


def _entry(service: Service, stack: StackTemplate) -> dict[str, Any]:
    return dict(stack.template["Resources"][service.logical_id]["Properties"])


def _groups(service: Service, stack: StackTemplate) -> Any:
    if service.machine.instance_type:
        template = next(stack.of_type("AWS::EC2::LaunchTemplate")).properties["LaunchTemplateData"]
        return [interface.get("Groups", []) for interface in template.get("NetworkInterfaces", [])]
    return _entry(service, stack).get("NetworkConfiguration", {}).get("AwsvpcConfiguration", {}).get("SecurityGroups")


def _id(place: Place) -> str:
    return f"{place.stack}:{place.logical_id}"


def _size(service: Service) -> str:
    return service.machine.instance_type or service.size


def _ports(rule: dict[str, Any]) -> str:
    first, last = rule.get("FromPort", "all"), rule.get("ToPort", "all")
    return f"{rule['IpProtocol']} {first}" if first == last else f"{rule['IpProtocol']} {first}–{last}"
