"""Looks at the account that somebody is signed in to; nothing in it is changed."""

from collections.abc import Iterator

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from voicectl.deploy.checks import Missing, missing_for_foundations, missing_for_services
from voicectl.doctor.environment import Target
from voicectl.doctor.finding import Finding, Verdict, judge
from voicectl.doctor.quotas import quota_findings
from voicectl.secrets.check import check
from voicectl.secrets.errors import AccountSilent

SIGN_IN = "sign in to look at the account too, such as by `aws sso login`"


def account_findings(target: Target) -> Iterator[Finding]:
    """Yield what the account has and lacks; one finding alone when nobody is signed in."""
    region = target.assembly.stacks[0].region
    try:
        account = boto3.client("sts", region_name=region).get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as refused:
        yield Finding("account", Verdict.OPTIONAL, f"not asked: {refused}", SIGN_IN)
        return
    yield _is_the_named_one(account, target)
    try:
        yield from _asked(target, account=account, region=region)
    except (BotoCoreError, ClientError, AccountSilent) as refused:
        yield Finding("the rest of the account", Verdict.MISSING, str(refused), "sign in with a role that may read it")


def _asked(target: Target, *, account: str, region: str) -> Iterator[Finding]:
    yield _zones(target, region)
    yield _domain(target, region)
    yield _certificate(target, region)
    foundations = list(missing_for_foundations(target.assembly, environment=target.name, account=account))
    yield _list("bootstrap and GitHub's provider", foundations)
    services = list(missing_for_services(target.assembly, environment=target.name, account=account))
    yield _list("foundations, images and secrets", services)
    yield from check(target.assembly, environment=target.name)
    yield from quota_findings(target.assembly)


def _is_the_named_one(account: str, target: Target) -> Finding:
    named = target.environment.account
    fix = f"sign in to {named}, or change account in the environment file"
    return judge("account", named in (None, account), account, fix=fix)


def _zones(target: Target, region: str) -> Finding:
    zones = boto3.client("ec2", region_name=region).describe_availability_zones()["AvailabilityZones"]
    wanted = target.environment.network.zones
    found = f"{len(zones)} in {region}, {wanted} are used"
    return judge("zones", len(zones) >= wanted, found, fix="lower network.zones, or choose another region")


def _domain(target: Target, region: str) -> Finding:
    """Whether the zone is there; it is the network stack's own when the file names none."""
    name, id_ = f"{target.environment.domain.name}.", target.environment.domain.hosted_zone_id
    answer = boto3.client("route53", region_name=region).list_hosted_zones_by_name(DNSName=name)["HostedZones"]
    there = [zone["Id"].rpartition("/")[2] for zone in answer if zone["Name"] == name]
    good = id_ in there if id_ else True
    made = "the network stack makes it" if not there else ", ".join(there)
    fix = f"set domain.hosted_zone_id to one of {', '.join(there) or 'yours'}, or leave it out"
    return judge("hosted zone", good, made if good else f"{id_} is not there", fix=fix)


def _certificate(target: Target, region: str) -> Finding:
    """Issued once the zone is delegated to; a deployment waits for it."""
    name = target.environment.domain.name
    known = boto3.client("acm", region_name=region).list_certificates()["CertificateSummaryList"]
    states = [each.get("Status", "ISSUED") for each in known if each["DomainName"].removeprefix("*.") == name]
    good = "ISSUED" in states
    found = "issued" if good else ", ".join(states).lower() or "not there yet"
    fix = f"make deploy ENV={target.name} STEP=foundations, and delegate the zone (docs/first-deploy.md)"
    return judge("certificate", good, found, fix=fix, is_optional=not states)


def _list(name: str, missing: list[Missing]) -> Finding:
    if not missing:
        return judge(name, True, "all there", fix="")
    return judge(name, False, "; ".join(each.what for each in missing), fix=missing[0].command)
