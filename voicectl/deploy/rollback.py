"""The way back: every service of ours that the last release changed runs again what it ran before.

The database's schema stays as it is: a migration must let the release before it work (docs/delivery.md).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from config.schema import Environment
from voicectl.deploy.definitions import Definition, definition, missing_images, runnable, tags_at, with_tags
from voicectl.deploy.errors import NotStable, NoWayBack
from voicectl.deploy.fleet import MEDIA, Service, ecs, seen_again, services, short
from voicectl.deploy.record import Target, read_before

LOOK_SECONDS: Final = 10
Report = Callable[[str], None]
Pause = Callable[[float], object]


@dataclass(frozen=True)
class Return:
    """One service and what it is to run again."""

    service: Service
    target: Definition

    @property
    def told(self) -> str:
        """One line for a person: what changes."""
        tags = ", ".join(f"{name}:{tag[:12]}" for name, tag in self.target.tags().items())
        change = f"{short(self.service.definition)} → {short(self.target.arn)}"
        return f"{self.service.region} {self.service.key}: {change} ({tags})"


def plan_return(
    environment: Environment, *, commit: str | None, media: bool, unconfirmed: bool = False
) -> list[Return]:
    """Say what would go back; nothing is changed.

    Args:
        commit: The release to go back to; None undoes what nobody has confirmed, or else the last release that
            changed a service.
        media: LiveKit and egress go back too: calls are on them, so they are left alone unless somebody asks.
        unconfirmed: Undo only a deployment that nobody has confirmed: what was good before it stays.

    Raises:
        NoWayBack: Nothing earlier can run again.
    """
    if commit:
        running = [each for each in services(environment) if media or each.part != MEDIA]
        returns = _changing(_by_commit(running, commit))
    else:
        planned = _planned(environment, unconfirmed=unconfirmed)
        returns = [each for each in planned if media or each.service.part != MEDIA]
    gone = sorted({image for each in returns for image in missing_images(each.target)})
    if gone:
        raise NoWayBack(f"images are gone from their repositories: {', '.join(gone)}; deploy that commit instead")
    return returns


def left_alone(environment: Environment, *, unconfirmed: bool) -> list[Return]:
    """Media services that would go back too if somebody asked for it; none where nothing is written down."""
    try:
        planned = _planned(environment, unconfirmed=unconfirmed)
    except NoWayBack:
        return []
    return [each for each in planned if each.service.part == MEDIA]


def carry_out(returns: list[Return], *, report: Report) -> list[Service]:
    """Tell each service what to run, and answer them as they will be."""
    told = []
    for each in returns:
        report(each.told)
        arn = runnable(each.target)
        ecs(each.service.region).update_service(
            cluster=each.service.cluster, service=each.service.name, taskDefinition=arn
        )
        told.append(replace(each.service, definition=arn))
    return told


def targets(returns: list[Return]) -> list[Target]:
    """Region, service and definition of each, as the record has them."""
    return [(each.service.region, each.service.key, short(each.target.arn)) for each in returns]


def await_stable(told: list[Service], *, seconds: float, report: Report, pause: Pause) -> None:
    """Wait until every service has as many tasks as it wants on what it was told to run.

    Tasks of the version that is left may go on for as long as their calls do.

    Args:
        seconds: How long in all.
        pause: Waits for some seconds between two looks.

    Raises:
        NotStable: They did not come up in time, or ECS went back by itself.
    """
    wanted = {(each.region, each.key): each.definition for each in told}
    waited = 0.0
    while True:
        now = seen_again(told)
        lost = [
            each.key for each in now if wanted[each.region, each.key] != each.definition or each.rollout == "FAILED"
        ]
        if lost:
            raise NotStable(f"ECS gave up on {', '.join(lost)}; its events say why: `aws ecs describe-services`")
        waiting = [f"{each.key} {each.running}/{each.desired}" for each in now if not each.is_settled]
        if not waiting:
            return
        if waited >= seconds:
            raise NotStable(f"not stable within {seconds:.0f} s: {', '.join(waiting)}")
        report(f"waiting for {', '.join(waiting)}")
        pause(LOOK_SECONDS)
        waited += LOOK_SECONDS


def _planned(environment: Environment, *, unconfirmed: bool) -> list[Return]:
    last, running = read_before(environment), services(environment)
    returns = _to(last.found or {}, running)
    return returns if returns or unconfirmed else _to(last.services, running)


def _to(ran: Mapping[str, Mapping[str, str]], running: list[Service]) -> list[Return]:
    """What goes to these definitions, by region and service, in every region at once: releases are not mixed."""
    return _changing(
        Return(service, definition(was, region=service.region))
        for service in running
        if (was := ran.get(service.region, {}).get(service.key))
    )


def _changing(returns: Iterable[Return]) -> list[Return]:
    return [each for each in returns if each.target.content != _now(each.service).content]


def _by_commit(running: list[Service], commit: str) -> Iterator[Return]:
    wanted = tags_at(commit)
    for service in running:
        now = _now(service)
        if any(wanted[name] != tag for name, tag in now.tags().items()):
            yield Return(service, with_tags(now, wanted=wanted))


def _now(service: Service) -> Definition:
    return definition(service.definition, region=service.region)
