"""Looks at what people reach: encryption on the way, names, open ports."""

import json
import re
from typing import Final

from voicectl.golive.answer import Found, Place, judged
from voicectl.review.openings import Opening, openings_of
from voicectl.review.templates import Properties, StackTemplate

LISTENER: Final = "AWS::ElasticLoadBalancingV2::Listener"
BALANCER: Final = "AWS::ElasticLoadBalancingV2::LoadBalancer"
NAME: Final = "AWS::Route53::RecordSet"
CERTIFICATE: Final = "AWS::CertificateManager::Certificate"
TTL_SECONDS: Final = 60
# A policy's name has the oldest protocol that it takes: TLS13-1-0 takes TLS 1.0. Those with a date alone, and what
# listeners made by CloudFormation have where nothing is said (ELBSecurityPolicy-2016-08), take TLS 1.0 as well.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html, read 2026-11-22
NEW_ENOUGH: Final = re.compile(r"ELBSecurityPolicy-(?:TLS13|TLS|FS)-1-[23]-[\w-]+")
TLS_AND_TURN: Final = {("tcp", "443"), ("udp", "3478"), ("tcp", "7881")}  # the last is LiveKit's ICE over TCP


def tls(place: Place) -> Found:
    """Whatever faces people speaks TLS 1.2 or newer; certificates renew themselves."""
    listeners = [(stack, each.properties) for stack, each in place.assembly.of_type(LISTENER)]
    outer = [each for stack, each in listeners if not _is_internal(stack, each)]
    encrypted = [each for _, each in listeners if each.get("Protocol") in ("HTTPS", "TLS")]
    wrong = [] if outer else ["nothing listens"]
    wrong += [f"port {each['Port']} is {each.get('Protocol')}" for each in outer if each not in encrypted]
    wrong += [f"port {each['Port']} {_old(each)}" for each in encrypted if _old(each)]
    wrong += [f"port {each['Port']} has no certificate" for each in encrypted if not each.get("Certificates")]
    wrong += [
        f"{each.construct} is not renewed by itself: its validation is not DNS"
        for _, each in place.assembly.of_type(CERTIFICATE)
        if each.properties.get("ValidationMethod") != "DNS"
    ]
    return judged(wrong, f"{len(encrypted)} listeners, all TLS 1.2 or 1.3", "the load balancers of the stacks")


def dns(place: Place) -> Found:
    """A name that is changed in an incident is believed within a minute, and what people reach has one."""
    records = [(stack.name, each.properties) for stack, each in place.assembly.of_type(NAME)]
    slow = [each["Name"] for _, each in records if "AliasTarget" not in each and _ttl(each) > TTL_SECONDS]
    wrong = [f"{name} is kept longer than {TTL_SECONDS} s" for name in slow]
    aliases = {stack: "" for stack, _ in records}
    for stack, each in records:
        aliases[stack] += json.dumps(each.get("AliasTarget"))
    wrong += [
        f"{each.construct} has no name"
        for stack, each in place.assembly.of_type(BALANCER)
        if _faces_people(each.properties) and f'"{each.logical_id}"' not in aliases.get(stack.name, "")
    ]
    wrong += [] if records else ["there are no names"]
    return judged(wrong, f"{len(records)} names, aliases or {TTL_SECONDS} s", "the record sets of the stacks")


def openings(place: Place) -> Found:
    """Only TLS, TURN and media are open to the world, and those are."""
    udp = place.environment.media.livekit.udp
    allowed = TLS_AND_TURN | {("udp", f"{udp.first}–{udp.last}")}
    seen = openings_of(place.assembly)
    wrong = [f"{each.stack}: {each.protocol} {each.ports}" for each in seen if _door(each) not in allowed]
    shut = sorted(allowed - {_door(each) for each in seen})
    wrong += [f"{protocol} {ports} is shut: calls need it" for protocol, ports in shut]
    return judged(
        wrong, f"{len(seen)} openings: {', '.join(sorted({each.ports for each in seen}))}", "its security group"
    )


def _is_internal(stack: StackTemplate, listener: Properties) -> bool:
    """What PgBouncer listens on speaks PostgreSQL, and nobody outside reaches it."""
    balancer = stack.properties_of(listener.get("LoadBalancerArn"))
    return bool(balancer) and not _faces_people(balancer)


def _faces_people(balancer: Properties) -> bool:
    return str(balancer.get("Scheme", "internet-facing")) != "internal"


def _old(listener: Properties) -> str:
    """What is wrong with a listener's protocols; empty when nothing is."""
    policy = listener.get("SslPolicy")
    if policy is None:
        return "names no policy, and takes TLS 1.0"
    return "" if NEW_ENOUGH.fullmatch(str(policy)) else f"takes what is older than TLS 1.2: {policy}"


def _ttl(record: Properties) -> int:
    """Route 53 refuses a record with neither alias nor TTL; what cannot be read is as slow as can be."""
    said = str(record.get("TTL", ""))
    return int(said) if said.isdecimal() else TTL_SECONDS + 1


def _door(opening: Opening) -> tuple[str, str]:
    return opening.protocol, opening.ports
