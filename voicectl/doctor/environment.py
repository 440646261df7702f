"""Looks at a clone and its environment file, before anybody deploys it: no account is needed."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from config.schema import Environment
from voicectl.deploy.checks import past_holidays
from voicectl.deploy.needs import image_needs, migration_fault
from voicectl.doctor.finding import Finding, Machine, judge
from voicectl.review.budget import budget_of
from voicectl.review.templates import Assembly

EXAMPLE: Final = "example.com"
GIT_SECONDS: Final = 10


class Target(NamedTuple):
    """What would be deployed, from where.

    Attributes:
        name: The environment's, as it was asked for.
    """

    name: str
    machine: Machine
    environment: Environment
    assembly: Assembly


def templates(target: Target) -> Finding:
    """It has been synthesized, and no reviewer objected."""
    count = f"{target.assembly.resource_count} resources in {len(target.assembly.stacks)} stacks, reviewed"
    return judge("templates", True, count, fix="")


def domain(target: Target) -> Finding:
    """As shipped nobody's."""
    name = target.environment.domain.name
    return judge("domain", not name.endswith(EXAMPLE), name, fix=f"set domain.name in {_file(target)} to one of yours")


def mailbox(target: Target) -> Finding:
    """Alarms go there."""
    address = target.environment.operations.alarm_email
    fix = f"set operations.alarm_email in {_file(target)} to a mailbox that somebody reads at night"
    return judge("mailbox of the alarms", not address.endswith(EXAMPLE), address, fix=fix)


def repository(target: Target) -> Finding:
    """GitHub's deploy roles trust it and nobody else."""
    name = target.environment.delivery.repository
    fix = f"set delivery.repository in {_file(target)} to yours"
    return judge("repository", not name.startswith("example/"), name, fix=fix)


def account_named(target: Target) -> Finding:
    """A file that names its account cannot be deployed into another by mistake."""
    named = target.environment.account
    fix = f'set account = "…" in {_file(target)}; then no other one is touched'
    return judge("account in the file", named is not None, named or "not named", fix=fix, is_optional=True)


def holidays(target: Target) -> Finding:
    """Single days that have begun must go."""
    past = list(past_holidays(target.assembly, today=datetime.now(UTC).date()))
    found = past[0].what if past else "all to come"
    return judge("holidays", not past, found, fix=past[0].command if past else "")


def timing(target: Target) -> Finding:
    """Rejoining, draining and stopping fit into each other."""
    lines = budget_of(target.assembly)
    broken = [line.why for line in lines if not line.holds]
    return judge("timing budget", not broken, broken[0] if broken else f"{len(lines)} lines hold", fix="mend timing")


def migration(target: Target) -> Finding:
    """The schema comes before the services that need it."""
    fault = migration_fault(target.assembly)
    return judge("migration", not fault, fault or "runs before the services", fix="git diff -- stacks/control_plane.py")


def image_tags(target: Target) -> Finding:
    """Each image is named by the commit that last changed its sources."""
    tags = {need.reference for need in image_needs(target.assembly)}
    moving = sorted(tags & {"latest", "main", "staging"})
    found = f"{len(tags)} tags" if not moving else ", ".join(moving)
    return judge("image tags", not moving, found, fix="name a commit's tag in delivery.image_tags")


def committed(target: Target) -> Finding:
    """An image is built from what is committed; a template from what is there."""
    changed = [line for line in _git(target, "status", "--porcelain").splitlines() if not line.startswith("??")]
    found = f"{len(changed)} files are changed" if changed else "nothing is changed"
    return judge("working tree", not changed, found, fix="git commit, or git stash", is_optional=True)


def history(target: Target) -> Finding:
    """In a shallow clone every image seems to have changed with the last commit."""
    shallow = _git(target, "rev-parse", "--is-shallow-repository").strip() == "true"
    return judge("history", not shallow, "shallow" if shallow else "whole", fix="git fetch --unshallow")


LOOKS: Final[tuple[Callable[[Target], Finding], ...]] = (
    *(templates, domain, mailbox, repository, account_named, holidays, timing, migration, image_tags),
    *(committed, history),
)


def _file(target: Target) -> str:
    return f"config/environments/{target.environment.name}.toml"


def _git(target: Target, *arguments: str) -> str:
    """What Git says; nothing where there is none, which another look names."""
    try:
        return subprocess.run(
            ["git", *arguments],
            cwd=target.machine.root,
            capture_output=True,
            text=True,
            check=False,
            timeout=GIT_SECONDS,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
