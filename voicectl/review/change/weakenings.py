"""What is less safe than on the other side, whatever else changes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from voicectl.review.change.compare import Difference, Kind
from voicectl.review.change.doors import opened_doors
from voicectl.review.change.naming import Naming
from voicectl.review.change.policies import looser_policies
from voicectl.review.change.readings import FOREVER
from voicectl.review.change.safety import REMOVED, weaker
from voicectl.review.openings import Opening, openings_of
from voicectl.review.services import Service, services_of
from voicectl.review.templates import Assembly, StackTemplate
from voicectl.review.week import week_of
from voicectl.review.wildcards import Wildcard, is_wild, wildcards_of

BY_SIZE: Final = (
    "alarm loosened",
    "database class lowered",
    "node class lowered",
    "task made smaller",
    "maximum lowered",
    "minimum lowered",
    "budget raised",
    "budget tells fewer",
    "alarms go elsewhere",
)  # a larger environment's limits are higher, and no less safe
LONGEST: Final = 200  # characters of a value on the page: a firewall's rule may be pages
KEEPING: Final = {
    "DeletionPolicy": "deleting the stack deletes it",
    "UpdateReplacePolicy": "replacing it deletes the old one",
}
API_FLOOR: Final = 2  # seed S81: the API never has fewer tasks


@dataclass(frozen=True, order=True)
class Weakening:
    """One thing that is less safe.

    Attributes:
        what: Its kind, in few words.
        change: `14 → 1`, or what is new.
    """

    what: str
    where: str
    change: str
    meaning: str


def weakenings_of(this: Assembly, other: Assembly, *, differences: Iterable[Difference]) -> list[Weakening]:
    """Answer everything that is less safe on this side."""
    differences = list(differences)
    found = [
        *_new_openings(this, other),
        *_lower_floors(this, other),
        *_new_wildcards(this, other),
        *_unprotected(this, other),
        *_looser_policies(this, other, differences),
        *_opened_doors(this, other, differences),
        *_weaker_properties(this, other, differences),
        *_removed(differences),
        *_not_kept(differences),
    ]
    return sorted(set(found))


def below_floor(service: Service) -> str | None:
    """Answer the bounds of an API that ever falls below two tasks; None when it never does."""
    if service.name != "api":
        return None
    low = next((action for action in service.schedule if action.low < API_FLOOR), None)
    if service.low < API_FLOOR:
        return service.tasks
    return f"{low.bounds} at {low.name}" if low else None


def _new_openings(this: Assembly, other: Assembly) -> Iterator[Weakening]:
    """More of a port in a stack than there were, whatever their descriptions say."""
    ours, theirs = Naming.of(this, other=other), Naming.of(other, other=this)
    before = [(_gate(opening, theirs), opening.reason) for opening in openings_of(other)]
    gates: dict[tuple[str, ...], list[Opening]] = {}
    for opening in openings_of(this):
        gates.setdefault(_gate(opening, ours), []).append(opening)
    for gate, openings in gates.items():
        more = len(openings) - sum(known == gate for known, _ in before)
        newest_first = sorted(openings, key=lambda opening: (gate, opening.reason) in before)
        yield from map(_opened, newest_first[: max(0, more)])


def _gate(opening: Opening, naming: Naming) -> tuple[str, ...]:
    """A policy that lets anybody do more is another one."""
    gate = (naming.plain(opening.stack), opening.protocol, opening.ports)
    return (*gate, opening.reason) if opening.protocol == "policy" else gate


def _opened(opening: Opening) -> Weakening:
    ports = f"{opening.protocol} {opening.ports}"
    return Weakening("opened to the world", opening.stack, ports, opening.reason or "nobody says why")


def _lower_floors(this: Assembly, other: Assembly) -> Iterator[Weakening]:
    before = {service.label: service for service in services_of(other)}
    for service in services_of(this):
        was = before.get(service.label)
        if (low := below_floor(service)) and (was is None or below_floor(was) != low):
            yield Weakening(
                "minimum below two", f"service {service.label}", low, "one lost task is an outage (seed S81)"
            )
        elif was and this.environment == other.environment:
            yield from _fewer_tasks(service, was)


def _fewer_tasks(service: Service, was: Service) -> Iterator[Weakening]:
    where, before, now = f"service {service.label}", week_of(was), week_of(service)
    if service.low < was.low:
        yield Weakening("minimum lowered", where, f"{was.tasks} → {service.tasks}", "fewer tasks wait for callers")
    elif any(low < earlier for low, earlier in zip(now.hours(), before.hours(), strict=True)):
        change = f"{before.average_low:.3g} → {now.average_low:.3g} on the schedule's average"
        yield Weakening("minimum lowered", where, change, "fewer tasks wait for callers at some hours")
    if service.high < was.high:
        yield Weakening("maximum lowered", where, f"{was.tasks} → {service.tasks}", "callers are refused earlier")


def _new_wildcards(this: Assembly, other: Assembly) -> Iterator[Weakening]:
    ours, theirs = Naming.of(this, other=other), Naming.of(other, other=this)
    known = {_identity(wildcard, theirs) for wildcard in wildcards_of(other)}
    for wildcard in wildcards_of(this):
        if _identity(wildcard, ours) not in known:
            is_action = any(map(is_wild, wildcard.actions))
            kind = f"wildcard {'action' if is_action else 'resource'} added"
            where = f"{wildcard.stack}, {wildcard.who}"
            yield Weakening(kind, where, f"{', '.join(wildcard.actions)} on {wildcard.resource}", wildcard.why)


def _identity(wildcard: Wildcard, naming: Naming) -> Any:
    who = wildcard.who if naming.environment else wildcard.logical_id
    return tuple(map(naming.plain, (wildcard.stack, who, *wildcard.actions, wildcard.resource)))


def _looser_policies(this: Assembly, other: Assembly, differences: Iterable[Difference]) -> Iterator[Weakening]:
    ours, theirs = Naming.of(this, other=other), Naming.of(other, other=this)
    for each, found in looser_policies(differences, ours=ours, theirs=theirs):
        yield Weakening(found.what, place_words(each), found.change, found.meaning)


def _opened_doors(this: Assembly, other: Assembly, differences: Iterable[Difference]) -> Iterator[Weakening]:
    ours, theirs = Naming.of(this, other=other), Naming.of(other, other=this)
    for each, found in opened_doors(differences, this=this, ours=ours, theirs=theirs):
        yield Weakening(found.what, place_words(each), found.change, found.meaning)


def _unprotected(this: Assembly, other: Assembly) -> Iterator[Weakening]:
    ours, theirs = Naming.of(this, other=other), Naming.of(other, other=this)
    before: dict[str, StackTemplate] = {theirs.plain(stack.name): stack for stack in other.stacks}
    for stack in this.stacks:
        was = before.get(ours.plain(stack.name))
        if was and was.protected and not stack.protected:
            yield Weakening("termination protection off", stack.name, "on → off", "one call deletes the stack")


def _weaker_properties(this: Assembly, other: Assembly, differences: Iterable[Difference]) -> Iterator[Weakening]:
    ours, theirs = Naming.of(this, other=other), Naming.of(other, other=this)
    for each in differences:
        if each.before is None or each.after is None:
            continue
        before, after = theirs.plain(each.before.properties), ours.plain(each.after.properties)
        for guard, was, now in weaker(each.after.type, before, after):
            if this.environment == other.environment or guard.what not in BY_SIZE:
                yield Weakening(guard.what, place_words(each), _change(was, now), guard.meaning)


def _removed(differences: Iterable[Difference]) -> Iterator[Weakening]:
    for each in differences:
        if each.kind is Kind.REMOVED and is_named_when_removed(each):
            what, meaning = REMOVED[each.resource.type]
            yield Weakening(what, place_words(each), str(each.resource.properties.get("AlarmName", "removed")), meaning)


def is_named_when_removed(difference: Difference) -> bool:
    """Whether its removal is a weakening of its own."""
    return difference.resource.type in REMOVED and not _scales(difference)


def _scales(difference: Difference) -> bool:
    """An alarm that only moves a task count has no name; it is looked at as part of scaling."""
    resource = difference.resource
    return resource.type.endswith("::Alarm") and "AlarmName" not in resource.properties


def _not_kept(differences: Iterable[Difference]) -> Iterator[Weakening]:
    for each in differences:
        if each.before is None or each.after is None:
            continue
        for policy, meaning in KEEPING.items():
            was, now = (str(side.entry.get(policy, "Delete")) for side in (each.before, each.after))
            if was in ("Retain", "Snapshot") and now == "Delete":
                yield Weakening("no longer kept", place_words(each), f"{was} → {now}", meaning)


def place_words(difference: Difference) -> str:
    """Answer where a weakening is said to be."""
    resource = difference.resource
    return f"{resource.stack}, {resource.construct}"


def _change(was: Any, now: Any) -> str:
    if isinstance(was, dict) and isinstance(now, dict):
        names = [name for name in {**was, **now} if was.get(name) != now.get(name)]
        was, now = ({name: side[name] for name in names if name in side} for side in (was, now))
    if isinstance(was, set) and isinstance(now, set):
        was, now = sorted(was - now), sorted(now - was)
    return f"{_said(was)} → {_said(now)}"


def _said(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _text(value: Any) -> str:
    if value == FOREVER:
        return "for ever"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(part)}" for name, part in value.items()) or "nothing"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    if isinstance(value, tuple):
        return f"{value[0]} {value[1]:g} for {value[2]:g} min"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, bool):
        return "on" if value else "off"
    return "nothing" if value is None else str(value)
