"""What of an environment is billed by the hour or the month, whoever calls: quantities, read off the templates."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from voicectl.review.services import ALARM, Service, services_of
from voicectl.review.templates import Assembly, Resource
from voicectl.review.week import week_of

HOURS_PER_MONTH: Final = 730
GROUPS: Final = ("agents", "media", "control plane", "database", "Valkey", "network", "watching and secrets")


@dataclass(frozen=True)
class Load:
    """A quantity when nobody calls, on the schedule's average, and with everything at its maximum."""

    floor: float
    average: float
    ceiling: float

    @classmethod
    def fixed(cls, quantity: float) -> "Load":
        """The same at any time."""
        return cls(quantity, quantity, quantity)

    def times(self, factor: float) -> "Load":
        """So many of each."""
        return Load(self.floor * factor, self.average * factor, self.ceiling * factor)


@dataclass(frozen=True)
class Item:
    """One line of the bill.

    Attributes:
        group: One of `GROUPS`.
        per_month: How many of the price's unit in a month, such as vCPU-hours.
        price: Key of the price table.
        share: Key of a price that is a share of another, such as Spot's; empty for the whole price.
    """

    group: str
    what: str
    per_month: Load
    price: str
    share: str = ""


def items_of(assembly: Assembly) -> list[Item]:
    """Every line, in the order of groups."""
    found = [*_tasks(assembly), *_stores(assembly), *_network(assembly), *_watching(assembly)]
    return sorted(found, key=lambda item: GROUPS.index(item.group))


def tasks_of(service: Service) -> Load:
    """How many tasks a service has."""
    return Load(service.low, week_of(service).average_low, service.high)


def _tasks(assembly: Assembly) -> Iterator[Item]:
    for service in services_of(assembly):
        tasks, machine, group = tasks_of(service), service.machine, _group(service)
        if machine.instance_type:
            yield Item(
                group, f"{service.label}: {machine.instance_type}", _hours(tasks), f"ec2.{machine.instance_type}"
            )
            yield Item(group, f"{service.label}: addresses", _hours(tasks), "network.public_ipv4_hour")
            yield Item(group, f"{service.label}: disks", tasks.times(_disk_gib(assembly, service)), "ebs.gp3_gib_month")
            continue
        kind, share = machine.architecture.lower(), "fargate.spot_share" if machine.is_spot else ""
        vcpus, gib = tasks.times(machine.vcpus), tasks.times(machine.gib)
        yield Item(group, f"{service.label}: vCPU", _hours(vcpus), f"fargate.{kind}_vcpu_hour", share)
        yield Item(group, f"{service.label}: memory", _hours(gib), f"fargate.{kind}_gib_hour", share)


def _group(service: Service) -> str:
    if service.name == "agent":
        return "agents"
    return "media" if service.name in ("livekit", "egress") else "control plane"


def _disk_gib(assembly: Assembly, service: Service) -> float:
    stack = assembly.by_name[service.stack]
    data = next(stack.of_type("AWS::EC2::LaunchTemplate")).properties["LaunchTemplateData"]
    return sum(float(device["Ebs"]["VolumeSize"]) for device in data.get("BlockDeviceMappings", []))


def _stores(assembly: Assembly) -> Iterator[Item]:
    for _, database in assembly.of_type("AWS::RDS::DBInstance"):
        copies = 2 if database.properties.get("MultiAZ") else 1
        class_, name = database.properties["DBInstanceClass"], f"{database.construct}, {copies}×"
        yield Item("database", f"{name} {class_}", _hours(Load.fixed(copies)), f"rds.{class_}")
        if "AllocatedStorage" in database.properties:
            gib = float(database.properties["AllocatedStorage"]) * copies
            yield Item("database", f"{name} storage", Load.fixed(gib), "rds.gp3_gib_month")
    for _, group in assembly.of_type("AWS::ElastiCache::ReplicationGroup"):
        properties = group.properties
        nodes = properties.get("NumNodeGroups", 1) * (1 + properties.get("ReplicasPerNodeGroup", 0))
        type_, share = properties["CacheNodeType"], _valkey_share(properties)
        what = f"{group.construct.removesuffix('/Group')}, {nodes}× {type_}"
        yield Item("Valkey", what, _hours(Load.fixed(nodes)), f"elasticache.{type_}", share)


def _valkey_share(properties: dict[str, Any]) -> str:
    return "elasticache.valkey_share" if properties.get("Engine") == "valkey" else ""


def _network(assembly: Assembly) -> Iterator[Item]:
    gateways = _count(assembly, "AWS::EC2::NatGateway")
    yield Item("network", "NAT gateways", _hours(Load.fixed(gateways)), "network.nat_hour")
    zones = sum(
        len(each.properties.get("SubnetIds", []))
        for _, each in assembly.of_type("AWS::EC2::VPCEndpoint")
        if each.properties.get("VpcEndpointType") == "Interface"
    )
    yield Item("network", "private endpoints", _hours(Load.fixed(zones)), "network.interface_endpoint_hour")
    balancers = [each for _, each in assembly.of_type("AWS::ElasticLoadBalancingV2::LoadBalancer")]
    for kind in ("application", "network"):
        number = sum(each.properties.get("Type", "application") == kind for each in balancers)
        yield Item("network", f"{kind} load balancers", _hours(Load.fixed(number)), f"load_balancer.{kind}_hour")
    addresses = _count(assembly, "AWS::EC2::EIP") + sum(map(_addresses, balancers))
    yield Item("network", "public addresses", _hours(Load.fixed(addresses)), "network.public_ipv4_hour")
    acls = [each.properties for _, each in assembly.of_type("AWS::WAFv2::WebACL")]
    yield Item("network", "firewalls", Load.fixed(len(acls)), "waf.web_acl_month")
    rules = sum(len(each.get("Rules", [])) for each in acls)
    yield Item("network", "firewall rules", Load.fixed(rules), "waf.rule_month")
    yield Item(
        "network", "hosted zones", Load.fixed(_count(assembly, "AWS::Route53::HostedZone")), "route53.zone_month"
    )


def _addresses(balancer: Resource) -> int:
    """A load balancer that faces the world has an address a subnet; one with fixed addresses brings them as EIPs."""
    is_public = balancer.properties.get("Scheme") == "internet-facing"
    return len(balancer.properties.get("Subnets", [])) if is_public else 0


def _watching(assembly: Assembly) -> Iterator[Item]:
    group = GROUPS[-1]
    metrics = sum(_metrics(each.properties) for _, each in assembly.of_type(ALARM))
    yield Item(group, "metrics in alarms", Load.fixed(metrics), "cloudwatch.alarm_metric_month")
    composites = _count(assembly, "AWS::CloudWatch::CompositeAlarm")
    yield Item(group, "composite alarms", Load.fixed(composites), "cloudwatch.composite_alarm_month")
    dashboards = _count(assembly, "AWS::CloudWatch::Dashboard")
    yield Item(group, "dashboards", Load.fixed(dashboards), "cloudwatch.dashboard_month")
    managed = sum(
        bool(each.properties.get("ManageMasterUserPassword")) for _, each in assembly.of_type("AWS::RDS::DBInstance")
    )
    secrets = _count(assembly, "AWS::SecretsManager::Secret") + managed
    yield Item(group, "secrets", Load.fixed(secrets), "secrets.secret_month")
    yield Item(group, "keys", Load.fixed(_count(assembly, "AWS::KMS::Key")), "kms.key_month")


def _metrics(alarm: dict[str, Any]) -> int:
    """An alarm is billed for each metric that it reads."""
    return sum("MetricStat" in query for query in alarm.get("Metrics", [])) or 1


def _count(assembly: Assembly, type_: str) -> int:
    return sum(1 for _ in assembly.of_type(type_))


def _hours(quantity: Load) -> Load:
    return quantity.times(HOURS_PER_MONTH)
