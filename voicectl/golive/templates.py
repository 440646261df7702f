"""Looks at what would be deployed: stores, encryption on the way, names, openings, secrets, alarms, budgets."""

import re
from collections.abc import Iterator
from typing import Any, Final

from config.connections import RESERVE, servers, total
from contract.services import AGENT
from voicectl.alarms.definition import CompositeAlarm, alarms_of
from voicectl.golive.answer import Found, Place
from voicectl.review.budget import budget_of
from voicectl.review.openings import openings_of
from voicectl.review.services import services_of
from voicectl.review.templates import Assembly

BACKUP_DAYS: Final = 7
COLD_DAYS: Final = 90
TTL_SECONDS: Final = 60
WARM_CALLS: Final = 1
WORLD_PORTS: Final = {"443", "3478", "7881"}  # TLS, TURN and LiveKit's ICE over TCP; media is one UDP range
SECRET_NAME: Final = re.compile(r"(SECRET|PASSWORD|TOKEN|PRIVATE|_KEYS?)$")
NO_SECRETS: Final = {"LIVEKIT_API_KEY"}  # a key's id


def database_backups(place: Place) -> Found:
    """Backups, a second zone, and nobody deletes it by mistake."""
    wrong = []
    for properties in _of(place.assembly, "AWS::RDS::DBInstance"):
        if "SourceDBInstanceIdentifier" in properties:
            continue  # a replica has its primary's backups
        days = int(properties.get("BackupRetentionPeriod", 0))
        wrong += [f"backups are kept for {days} days"] if days < BACKUP_DAYS else []
        wrong += [] if properties.get("MultiAZ") else ["one zone only"]
        wrong += [] if properties.get("DeletionProtection") else ["no deletion protection"]
    return _found(wrong, f"backups of {BACKUP_DAYS} days or more, two zones, deletion protection", "data.database")


def connections(place: Place) -> Found:
    """All processes at their ceilings, in the middle of a deployment, fit into what the database takes."""
    [limit] = {
        int(properties["Parameters"]["max_connections"])
        for properties in _of(place.assembly, "AWS::RDS::DBParameterGroup")
        if "max_connections" in properties["Parameters"]
    }
    needed = total(servers(place.environment)) + RESERVE
    wrong = [f"{needed} connections are needed, and the database takes {limit}"] if needed > limit else []
    return _found(wrong, f"{needed} of {limit} connections at most, {RESERVE} in reserve among them", "data.database")


def valkey_persistence(place: Place) -> Found:
    """The broker's messages survive a node, and live state has a second node."""
    wrong = []
    for properties in _of(place.assembly, "AWS::ElastiCache::ReplicationGroup"):
        name = properties["ReplicationGroupId"]
        wrong += [] if properties.get("AutomaticFailoverEnabled") else [f"{name} has no failover"]
        wrong += [] if properties.get("MultiAZEnabled") else [f"{name} is in one zone"]
    durable = [each for each in _of(place.assembly, "AWS::ElastiCache::ReplicationGroup") if _is_durable(each)]
    wrong += [] if durable else ["no group is durable or has snapshots"]
    return _found(wrong, "failover, two zones, and a durable broker", "data.live and data.broker")


def storage_lifecycle(place: Place) -> Found:
    """Cold after 90 days, deleted at the retention, and half uploads taken away."""
    kept = [
        rule
        for properties in _of(place.assembly, "AWS::S3::Bucket")
        for rule in properties.get("LifecycleConfiguration", {}).get("Rules", [])
        if "Transitions" in rule
    ]
    wrong = [] if kept else ["no bucket moves anything to cold storage"]
    for rule in kept:
        days = rule["Transitions"][0]["TransitionInDays"]
        wrong += [f"cold after {days} days"] if days > COLD_DAYS else []
        wrong += [] if "ExpirationInDays" in rule else ["nothing is ever deleted"]
    days = sorted({rule["ExpirationInDays"] for rule in kept if "ExpirationInDays" in rule})
    return _found(wrong, f"cold after {COLD_DAYS} days, deleted after {', '.join(map(str, days))}", "data.storage")


def tls(place: Place) -> Found:
    """Whatever faces people speaks TLS 1.2 or newer; certificates renew themselves."""
    listeners = list(_of(place.assembly, "AWS::ElasticLoadBalancingV2::Listener"))
    open_ = [each for each in listeners if each["Protocol"] in ("HTTP", "TCP")]
    old = [each for each in listeners if "TLS13" not in each.get("SslPolicy", "TLS13")]
    wrong = [f"port {each['Port']} is {each['Protocol']}" for each in open_]
    wrong += [f"port {each['Port']} allows {each['SslPolicy']}" for each in old]
    return _found(wrong, f"{len(listeners)} listeners, all TLS 1.2 or 1.3", "the load balancers of the stacks")


def dns(place: Place) -> Found:
    """A name that is changed in an incident is believed within a minute."""
    records = list(_of(place.assembly, "AWS::Route53::RecordSet"))
    slow = [each["Name"] for each in records if "AliasTarget" not in each and int(each["TTL"]) > TTL_SECONDS]
    return _found(
        [f"{name} is kept longer than {TTL_SECONDS} s" for name in slow],
        f"{len(records)} names, aliases or {TTL_SECONDS} s",
        "the record sets of the stacks",
    )


def openings(place: Place) -> Found:
    """Only TLS, TURN and media are open to the world."""
    udp = place.environment.media.livekit.udp
    allowed = WORLD_PORTS | {f"{udp.first}–{udp.last}"}
    seen = openings_of(place.assembly)
    wrong = [f"{each.stack}: {each.protocol} {each.ports}" for each in seen if each.ports not in allowed]
    return _found(
        wrong, f"{len(seen)} openings: {', '.join(sorted({each.ports for each in seen}))}", "its security group"
    )


def secrets_by_reference(place: Place) -> Found:
    """No container has a secret in its plain variables: the template would be full of them."""
    named = [
        f"{container['Name']}: {variable['Name']}"
        for task in _of(place.assembly, "AWS::ECS::TaskDefinition")
        for container in task["ContainerDefinitions"]
        for variable in container.get("Environment", [])
        if SECRET_NAME.search(variable["Name"]) and variable["Name"] not in NO_SECRETS
    ]
    return _found(named, "every secret comes from Secrets Manager", "the container's binding")


def warm_places(place: Place) -> Found:
    """At the quietest hour agents are up with room for the next callers; a cold start would be heard (S15: 3–5 s)."""
    agent = place.environment.agent
    fleets = [each for each in services_of(place.assembly) if each.name == AGENT.name]
    wrong = [] if agent.scaling.free_slots else ["no free slots are kept for the next callers"]
    warm = {each.label: agent.sessions_per_task * min([each.low, *(at.low for at in each.schedule)]) for each in fleets}
    wrong += [f"{label} shrinks to room for {least} calls" for label, least in warm.items() if least < WARM_CALLS]
    told = ", ".join(f"{label}: {least}" for label, least in warm.items())
    return _found(wrong, f"room for this many calls at least – {told}", "agent.tasks.min and agent.scaling.free_slots")


def timeouts(place: Place) -> Found:
    """Rejoining, draining and stopping fit into each other."""
    lines = budget_of(place.assembly)
    wrong = [line.why for line in lines if not line.holds]
    return _found(wrong, f"{len(lines)} lines of the timing budget hold", "timing")


def budgets(place: Place) -> Found:
    """Somebody is told before the month's money is gone."""
    amounts = [each["Budget"]["BudgetLimit"]["Amount"] for each in _of(place.assembly, "AWS::Budgets::Budget")]
    wrong = [] if amounts else ["there is no budget"]
    return _found(wrong, f"{sum(amounts):,} USD a month", "operations.monthly_budget_usd")


def dashboard(place: Place) -> Found:
    """One page that shows how it is."""
    there = list(_of(place.assembly, "AWS::CloudWatch::Dashboard"))
    return _found([] if there else ["there is no dashboard"], f"{len(there)} dashboard", "the operations stack")


def alarms_reach_people(place: Place) -> Found:
    """An alarm without an action is a picture; a part of a composite alarm tells through it."""
    alarms = alarms_of(place.assembly)
    rules = " ".join(alarm.expression for alarm in alarms if isinstance(alarm, CompositeAlarm))
    suppressors = {alarm.suppressor for alarm in alarms if isinstance(alarm, CompositeAlarm)}
    spoken_for = [alarm for alarm in alarms if f'"{alarm.name}"' in rules or alarm.name in suppressors]
    wrong = [f"{alarm.name} tells nobody" for alarm in alarms if not alarm.tells and alarm not in spoken_for]
    wrong += [] if alarms else ["no alarm leads to a runbook"]
    told = sum(alarm.tells for alarm in alarms)  # the others are parts of a composite, or hold one back
    people = [each["Endpoint"] for each in _of(place.assembly, "AWS::SNS::Subscription")]
    return _found(wrong, f"{told} of {len(alarms)} alarms tell {', '.join(people)}", "its rule in voice_constructs")


def protected_stacks(place: Place) -> Found:
    """What keeps data is not deleted with its stack."""
    keeps = ("AWS::RDS::DBInstance", "AWS::S3::Bucket", "AWS::KMS::Key")
    lost = [
        f"{stack.name}: {logical_id}"
        for stack in place.assembly.stacks
        if stack.name.endswith("-data")
        for logical_id, resource in stack.template["Resources"].items()
        if resource["Type"] in keeps and resource.get("DeletionPolicy") not in ("Retain", "Snapshot")
    ]
    return _found(lost, "database, buckets and keys outlive their stack", "data.retain = true")


def _of(assembly: Assembly, type_: str) -> Iterator[dict[str, Any]]:
    return (resource.properties for _, resource in assembly.of_type(type_))


def _is_durable(properties: dict[str, Any]) -> bool:
    return properties.get("Durability") in ("sync", "async") or int(properties.get("SnapshotRetentionLimit", 0)) > 0


def _found(wrong: list[str], right: str, place: str) -> Found:
    return Found(False, "; ".join(wrong), f"mend {place}, then `make synth`") if wrong else Found(True, right)
