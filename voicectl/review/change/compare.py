"""Every resource that differs between two sides, and whether CloudFormation would make a new one of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from voicectl.review.change.naming import Named, Naming
from voicectl.review.change.schemas import Mutability, at, mutability
from voicectl.review.templates import Assembly, Resource, StackTemplate
from voicectl.review.values import Place, places_in, text_of

LONGEST = 60  # characters of a value in a sentence
NOTHING = "nothing"


class Kind(StrEnum):
    """What happens to a resource."""

    ADDED = "added"
    REMOVED = "removed"
    REPLACED = "replaced"
    PERHAPS = "perhaps replaced"
    CHANGED = "changed"


@dataclass(frozen=True)
class Difference:
    """One resource that is not the same on both sides.

    Attributes:
        before: On the other side, None for one that is added.
        after: On this side, None for one that is removed.
        home: Its stack's name, without the environment's.
        properties: Names of those that differ, policies too.
        because: Why it is replaced, one clause each.
    """

    kind: Kind
    home: str
    before: Resource | None
    after: Resource | None
    properties: tuple[str, ...] = ()
    because: tuple[str, ...] = ()

    @property
    def resource(self) -> Resource:
        """It, as it will be, or as it was."""
        found = self.after or self.before
        assert found is not None, "a difference has a side"
        return found

    @property
    def is_kept(self) -> bool:
        """Whether CloudFormation leaves the old one behind, unmanaged, instead of deleting it."""
        policy = "DeletionPolicy" if self.kind is Kind.REMOVED else "UpdateReplacePolicy"
        return self.before is not None and self.before.entry.get(policy) == "Retain"


def differences_of(this: Assembly, other: Assembly) -> list[Difference]:
    """Compare this side with the other; an environment's own name is no difference."""
    after = {named.key: named for named in Naming.of(this, other=other).resources(this)}
    before = {named.key: named for named in Naming.of(other, other=this).resources(other)}
    found = [
        *(Difference(Kind.REMOVED, key[0], before[key].resource, None) for key in before if key not in after),
        *(Difference(Kind.ADDED, key[0], None, after[key].resource) for key in after if key not in before),
    ]
    found = _renamed(found) + [
        difference
        for key in after
        if key in before and (difference := _difference(before[key], after[key], this=this, other=other))
    ]
    same_environment = this.environment == other.environment
    return _spread(found, this=this) if same_environment else found


def _difference(before: Named, after: Named, *, this: Assembly, other: Assembly) -> Difference | None:
    if before.plain == after.plain:
        return None
    was, now = before.plain.get("Properties", {}), after.plain.get("Properties", {})
    names = [key for key in {**was, **now} if was.get(key) != now.get(key)]
    names += [key for key in {**before.plain, **after.plain} if key != "Properties" and _differ(before, after, key)]
    kind, because = Kind.CHANGED, []
    if before.resource.type != after.resource.type:
        kind, because = Kind.REPLACED, [f"it was {before.resource.type}"]
    schema = mutability(after.resource.type, this.by_name[after.resource.stack].region)
    for paths, harder in ((schema.sometimes, Kind.PERHAPS), (schema.create_only, Kind.REPLACED)):
        changed = [path for path in paths if at(was, path) != at(now, path)]
        if changed:
            kind = harder
            because = [_clause(path, before.resource, after.resource, this=this, other=other) for path in changed]
    return Difference(kind, after.key[0], before.resource, after.resource, tuple(names), tuple(because))


def _differ(before: Named, after: Named, key: str) -> bool:
    return bool(before.plain.get(key) != after.plain.get(key))


def _clause(path: tuple[str, ...], before: Resource, after: Resource, *, this: Assembly, other: Assembly) -> str:
    was, now = at(before.properties, path), at(after.properties, path)
    name = ".".join(path)
    if _is_structure(was) or _is_structure(now):
        return name
    was_shown = shown(was, stack=other.by_name[before.stack], assembly=other)
    return f"{name}: {was_shown} → {shown(now, stack=this.by_name[after.stack], assembly=this)}"


def _is_structure(value: Any) -> bool:
    """Something with parts of its own, which no sentence has room for; a reference to a resource is none."""
    if isinstance(value, list):
        return any(isinstance(part, dict | list) for part in value)
    return isinstance(value, dict) and not any(key == "Ref" or key.startswith("Fn::") for key in value)


def shown(value: Any, *, stack: StackTemplate, assembly: Assembly) -> str:
    """Answer a value short enough for a sentence."""
    if value is None:
        return NOTHING
    text = text_of(value, stack=stack, assembly=assembly)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _renamed(found: list[Difference]) -> list[Difference]:
    """Take the only one that goes and the only one of its type that comes in a stack for the same thing."""
    result = list(found)
    for gone in found:
        if gone.kind is not Kind.REMOVED:
            continue
        alike = [each for each in found if _is_alike(each, gone)]
        if [each.kind for each in alike] in ([Kind.REMOVED, Kind.ADDED], [Kind.ADDED, Kind.REMOVED]):
            come = next(each for each in alike if each.kind is Kind.ADDED)
            because = f"its logical id: {gone.resource.logical_id} → {come.resource.logical_id}"
            result = [each for each in result if each not in alike]
            result.append(Difference(Kind.REPLACED, gone.home, gone.before, come.after, ("logical id",), (because,)))
    return result


def _is_alike(one: Difference, other: Difference) -> bool:
    return (one.home, one.resource.type) == (other.home, other.resource.type)


def _spread(found: list[Difference], *, this: Assembly) -> list[Difference]:
    """Replace, too, what names a replaced resource where it cannot be changed in place."""
    by_place = {Place(each.resource.stack, each.resource.logical_id): each for each in found if each.after}
    waiting = [place for place, each in by_place.items() if each.kind is Kind.REPLACED]
    users = _users(this)
    while waiting:
        replaced = waiting.pop()
        for stack, resource in users.get(replaced, ()):
            place = Place(stack.name, resource.logical_id)
            known = by_place.get(place)
            if (known and known.kind is Kind.REPLACED) or not _needs(resource, replaced, stack=stack, assembly=this):
                continue
            because = (f"{by_place[replaced].resource.construct} is replaced",)
            changed = known or Difference(Kind.CHANGED, stack.name, resource, resource)
            by_place[place] = replace(changed, kind=Kind.REPLACED, because=because)
            waiting.append(place)
    return [each for each in found if not each.after] + list(by_place.values())


def _users(assembly: Assembly) -> dict[Place, list[tuple[StackTemplate, Resource]]]:
    """Who names whom."""
    users: dict[Place, list[tuple[StackTemplate, Resource]]] = {}
    for stack, resource in assembly.resources():
        for place in set(places_in(resource.properties, stack=stack, assembly=assembly)):
            users.setdefault(place, []).append((stack, resource))
    return users


def _needs(resource: Resource, replaced: Place, *, stack: StackTemplate, assembly: Assembly) -> bool:
    schema: Mutability = mutability(resource.type, stack.region)
    return any(replaced in set(_places(at(resource.properties, path), stack, assembly)) for path in schema.create_only)


def _places(value: Any, stack: StackTemplate, assembly: Assembly) -> Iterator[Place]:
    return places_in(value, stack=stack, assembly=assembly)
