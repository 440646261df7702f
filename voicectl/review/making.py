"""The page made from templates: each part asked of whoever knows it."""

from collections.abc import Iterable

from config.timing_budget import Line
from voicectl.review import page
from voicectl.review.alarms import alarms_of
from voicectl.review.budget import budget_of
from voicectl.review.change.compare import Difference, Kind, differences_of
from voicectl.review.change.consequences import Harm, consequence_of
from voicectl.review.change.unjudged import Unjudged, unjudged_of
from voicectl.review.change.weakenings import weakenings_of
from voicectl.review.cost.bill import bill_of
from voicectl.review.cost.part import cost_part
from voicectl.review.cost.prices import read_prices
from voicectl.review.map import map_of
from voicectl.review.openings import openings_of
from voicectl.review.retained import kept_of
from voicectl.review.services import Service, services_of
from voicectl.review.sides import Side, Sides
from voicectl.review.week import Week, week_of
from voicectl.review.wildcards import Wildcard, wildcards_of

LOST = (Kind.REPLACED, Kind.REMOVED)
HOLDS = "what it holds, when all agree"


def review_of(sides: Sides) -> page.Review:
    """Make the page of one side, against the other if there is one."""
    assembly = sides.this.assembly
    services, prices = services_of(assembly), read_prices()
    return page.Review(
        environment=assembly.environment,
        name=sides.this.name,
        regions=tuple(dict.fromkeys(stack.region for stack in assembly.stacks)),
        resource_count=assembly.resource_count,
        stacks={stack.name: len(stack.template.get("Resources", {})) for stack in assembly.stacks},
        changes=_changes(sides.this, sides.other) if sides.other else None,
        services=tuple(map(_service, services)),
        week=tuple(_week(week_of(service)) for service in services),
        timing_budget=tuple(map(_budget, budget_of(assembly))),
        openings=tuple(
            page.OpeningRow(stack=each.stack, protocol=each.protocol, ports=each.ports, why=each.reason)
            for each in openings_of(assembly)
        ),
        wildcards=tuple(_wildcards(wildcards_of(assembly))),
        kept=tuple(
            page.KeptRow(policy=each.policy, type=each.type, stack=each.stack, name=each.name)
            for each in kept_of(assembly)
        ),
        alarms=tuple(
            page.AlarmRow(
                name=each.name,
                condition=each.condition,
                missing_data=each.silence,
                meaning=each.meaning,
                runbook=each.runbook,
                action_count=each.action_count,
            )
            for each in alarms_of(assembly)
        ),
        cost=cost_part(bill_of(assembly, prices=prices), prices=prices),
        diagram=map_of(assembly),
    )


def _changes(this: Side, other: Side) -> page.Changes:
    found = differences_of(this.assembly, other.assembly)
    same_environment = this.assembly.environment == other.assembly.environment
    lost = LOST if same_environment else (Kind.REPLACED,)  # what only another environment has is not lost here
    losses = sorted(map(_loss, (each for each in found if each.kind in lost and _is_loss(each))), key=_gravity)
    weaker = weakenings_of(this.assembly, other.assembly, differences=found)
    unjudged = unjudged_of(this.assembly, other.assembly, differences=found, weaker=weaker)
    changed = sum(each.kind is not Kind.REMOVED for each in found)
    return page.Changes(
        against=other.name,
        same_environment=same_environment,
        losses=tuple(losses),
        weaker=tuple(
            page.Weaker(what=each.what, where=each.where, change=each.change, meaning=each.meaning) for each in weaker
        ),
        unjudged=tuple(map(_unjudged, unjudged)),
        resources=tuple(map(_changed, sorted(found, key=_order))),
        unchanged=this.assembly.resource_count - changed,
    )


def _is_loss(difference: Difference) -> bool:
    """A new revision of a task definition is how every deployment goes; nobody loses anything by it."""
    return consequence_of(difference).harm is not Harm.NONE


def _gravity(loss: page.Loss) -> tuple[int, str, str]:
    return next(harm for harm in Harm if harm.words == loss.harm), loss.stack, loss.name


def _order(difference: Difference) -> tuple[int, str, str]:
    kinds = (Kind.REPLACED, Kind.REMOVED, Kind.PERHAPS, Kind.CHANGED, Kind.ADDED)
    return kinds.index(difference.kind), difference.resource.stack, difference.resource.construct


def _loss(difference: Difference) -> page.Loss:
    consequence, resource = consequence_of(difference), difference.resource
    return page.Loss(
        kind="removed" if difference.kind is Kind.REMOVED else "replaced",
        harm=consequence.harm.words,
        type=resource.type,
        stack=resource.stack,
        name=resource.construct,
        because=difference.because,
        meaning=consequence.meaning,
        is_kept=difference.is_kept,
    )


def _changed(difference: Difference) -> page.Changed:
    resource = difference.resource
    return page.Changed(
        kind=difference.kind.value,
        type=resource.type,
        stack=resource.stack,
        name=resource.construct,
        properties=difference.properties,
        because=difference.because,
    )


def _unjudged(unjudged: Unjudged) -> page.UnjudgedRow:
    return page.UnjudgedRow(
        concern=unjudged.concern.value,
        kind=unjudged.kind.value,
        type=unjudged.type,
        stack=unjudged.stack,
        name=unjudged.name,
        values=tuple(page.ValueRow(name=each.name, before=each.was, after=each.now) for each in unjudged.values),
    )


def _service(service: Service) -> page.ServiceRow:
    shrinks = service.leaves or ((HOLDS,) if service.signals else ())
    return page.ServiceRow(
        name=service.label,
        size=service.size,
        min_tasks=service.low,
        max_tasks=service.high,
        is_scaled=service.is_scaled,
        grows_on=service.signals,
        shrinks_on=shrinks,
    )


def _week(week: Week) -> page.WeekRow:
    return page.WeekRow(
        service=week.service,
        time_zone=week.time_zone,
        minimum_by_hour=tuple(week.hours()),
        average_minimum=round(week.average_low, 3),
        single_days=week.single_days,
    )


def _budget(line: Line) -> page.BudgetRow:
    return page.BudgetRow(
        left=line.left_formula,
        left_seconds=line.left_seconds,
        relation=line.relation,
        right=line.right_formula,
        right_seconds=line.right_seconds,
        holds=line.holds,
        why=line.why,
    )


def _wildcards(wildcards: Iterable[Wildcard]) -> Iterable[page.WildcardRow]:
    """One row a reason and set of actions: a hundred rows would not be read."""
    rows: dict[tuple[str, tuple[str, ...]], list[Wildcard]] = {}
    for wildcard in wildcards:
        rows.setdefault((wildcard.why, wildcard.actions), []).append(wildcard)
    for (why, actions), members in sorted(rows.items()):
        yield page.WildcardRow(
            why=why,
            actions=actions,
            resources=tuple(sorted({each.resource for each in members})),
            roles=tuple(sorted({f"{each.stack}, {each.who}" for each in members})),
        )
