"""What differs, bears on something, and was judged by no rule: a person has to look at it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from voicectl.review.change.compare import Difference, Kind
from voicectl.review.change.concerns import Concern, concern_of
from voicectl.review.change.consequences import Harm, consequence_of
from voicectl.review.change.doors import opened_by
from voicectl.review.change.grants import Grant, unnamed_grants
from voicectl.review.change.leaves import Leaf, differing
from voicectl.review.change.naming import Naming
from voicectl.review.change.ordinary import is_ordinary
from voicectl.review.change.safety import is_judged
from voicectl.review.change.schemas import mutability
from voicectl.review.change.secrets import HIDDEN, hides
from voicectl.review.change.weakenings import KEEPING, Weakening, is_named_when_removed, place_words
from voicectl.review.openings import INGRESS, is_open
from voicectl.review.templates import Assembly, StackTemplate
from voicectl.review.values import text_of

LONGEST: Final = 72  # characters of a value
MADE_ANEW: Final = ("AWS::ECS::TaskDefinition",)  # by every deployment
TARGET, FUNCTION_PERMISSION = "AWS::ApplicationAutoScaling::ScalableTarget", "AWS::Lambda::Permission"
SECRET: Final = "AWS::SecretsManager::Secret"  # noqa: S105 – a type's name
SECTIONS: Final = ("Parameters", "Conditions", "Mappings", "Transform", "Outputs")
OF_CDK: Final = ("BootstrapVersion",)


@dataclass(frozen=True)
class ValueChange:
    """One value that differs.

    Attributes:
        was: In few words, None where there was nothing; never a secret's value.
    """

    name: str
    was: str | None = None
    now: str | None = None


@dataclass(frozen=True)
class Unjudged:
    """One resource with a change that nobody has judged."""

    concern: Concern
    kind: Kind
    type: str
    stack: str
    name: str
    values: tuple[ValueChange, ...] = ()


def unjudged_of(
    this: Assembly, other: Assembly, *, differences: Iterable[Difference], weaker: Iterable[Weakening]
) -> list[Unjudged]:
    """Answer every change that bears on something and that no weakening, loss or rule speaks of."""
    asked = _Asked(this, other, {(each.what, each.where) for each in weaker})
    found = [each for difference in differences if (each := asked.about(difference))]
    return sorted([*found, *_of_sections(asked)], key=lambda each: (list(Concern).index(each.concern), each.stack))


class _Asked:
    """Two sides, and what is named already."""

    def __init__(self, this: Assembly, other: Assembly, named: set[tuple[str, str]]) -> None:
        self.this, self.other, self.named = this, other, named
        self.ours, self.theirs = Naming.of(this, other=other), Naming.of(other, other=this)

    def about(self, difference: Difference) -> Unjudged | None:
        """What is to be looked at in one resource."""
        resource, concern = difference.resource, concern_of(difference.resource.type)
        if concern is None or self._is_told(difference):
            return None
        values = tuple(self._values(difference))
        if not values and (difference.kind not in (Kind.ADDED, Kind.REMOVED)):
            return None
        return Unjudged(concern, difference.kind, resource.type, resource.stack, resource.construct, values)

    def _is_told(self, difference: Difference) -> bool:
        """Wholly: a removal that is a loss or a weakening, an alarm more."""
        if difference.resource.type == INGRESS and difference.after and self._is_door_told(difference):
            return True
        if difference.kind is Kind.ADDED:
            return difference.resource.type.startswith("AWS::CloudWatch::") and _is_for_people(difference)
        is_loss = consequence_of(difference).harm is not Harm.NONE and not self.ours.environment
        return difference.kind is Kind.REMOVED and (is_loss or is_named_when_removed(difference))

    def _is_door_told(self, difference: Difference) -> bool:
        stack = self.this.by_name[difference.resource.stack]
        if is_open(difference.resource.properties, stack=stack):
            return ("opened to the world", stack.name) in self.named
        return self._is_named(difference)

    def _values(self, difference: Difference) -> Iterator[ValueChange]:
        before, after = difference.before, difference.after
        was = self.theirs.compared(before) if before else {}
        now = self.ours.compared(after) if after else {}
        if difference.kind in (Kind.ADDED, Kind.REMOVED):
            yield from self._granted(difference, now)
            return
        leaves = list(differing(was, now))
        if difference.kind is Kind.REPLACED and (value := self._made_anew(difference, leaves)):
            yield value
        for leaf in leaves:
            leaf = _without_head(leaf)
            if not is_ordinary(leaf) and not self._is_judged(difference, leaf, was, now):
                yield from self._said(difference, leaf)

    def _granted(self, difference: Difference, now: dict[str, Any]) -> Iterator[ValueChange]:
        """Of a new resource, what its policies grant; the rest is in the template."""
        for leaf in differing(None, now.get("Properties")):
            if leaf.path[-1:] == ("Statement",):
                yield from self._said(difference, leaf)

    def _made_anew(self, difference: Difference, leaves: list[Leaf]) -> ValueChange | None:
        """A resource that is made anew without loss, and why: what holds on to the old one has to follow."""
        is_loss = consequence_of(difference).harm is not Harm.NONE
        if is_loss or difference.resource.type in MADE_ANEW or self._is_named(difference):
            return None
        clear = not any(hides(leaf.path, leaf.now) or hides(leaf.path, leaf.was) for leaf in leaves)
        return ValueChange("is replaced", None, "; ".join(difference.because) if clear else None)

    def _is_named(self, difference: Difference) -> bool:
        return any(where == place_words(difference) for _, where in self.named)

    def _is_judged(self, difference: Difference, leaf: Leaf, was: dict[str, Any], now: dict[str, Any]) -> bool:
        resource, head = difference.resource, leaf.path[0]
        if head == "DependsOn":
            there = self.this.by_name[resource.stack].template.get("Resources", {})
            return not any(gone in there for gone in leaf.was or ())
        if head in KEEPING:
            return leaf.was in (None, "Delete") or ("no longer kept", place_words(difference)) in self.named
        if resource.type == TARGET and head in ("MinCapacity", "MaxCapacity"):
            return not self.ours.environment and self._is_bound_told(leaf)
        if resource.type == FUNCTION_PERMISSION and self._is_named(difference):
            return True
        if difference.kind is Kind.REPLACED and consequence_of(difference).harm is not Harm.NONE:
            region = self.this.by_name[resource.stack].region
            paths = mutability(resource.type, region).create_only
            if any(leaf.path[: len(path)] == path[: len(leaf.path)] for path in paths):
                return True
        return is_judged(resource.type, was.get("Properties", {}), now.get("Properties", {}), leaf.path)

    def _is_bound_told(self, leaf: Leaf) -> bool:
        is_higher = isinstance(leaf.was, int) and isinstance(leaf.now, int) and leaf.now > leaf.was
        told = ("minimum lowered", "minimum below two", "maximum lowered")
        return is_higher or any(what in told and where.startswith("service ") for what, where in self.named)

    def _said(self, difference: Difference, leaf: Leaf) -> Iterator[ValueChange]:
        if leaf.path[-1:] == ("Statement",):
            yield from self._grants_said(difference, leaf)
        elif leaf.path == ("SecurityGroupIngress",):
            yield from self._doors_said(difference, leaf)
        elif leaf.path == ("ManagedPolicyArns",):
            come = [each for each in leaf.now or [] if "iam::aws:policy/" not in str(each)]
            if come or leaf.was:
                yield self._value(difference, leaf._replace(now=come))
        else:
            yield self._value(difference, leaf)

    def _grants_said(self, difference: Difference, leaf: Leaf) -> Iterator[ValueChange]:
        gone, come = unnamed_grants(difference.resource.type, leaf.path, leaf.was, leaf.now)
        yield from (ValueChange("policy", None, self._words(grant, difference)) for grant in come)
        yield from (ValueChange("policy", self._words(grant, difference), None) for grant in gone)

    def _words(self, grant: Grant, difference: Difference) -> str:
        stack = self.this.by_name.get(difference.resource.stack) or self.other.by_name[difference.resource.stack]
        on = text_of(grant.target, stack=stack, assembly=self.this)
        return _cut(f"{grant.words}{f' on {on}' if on else ''}", most=2 * LONGEST)

    def _doors_said(self, difference: Difference, leaf: Leaf) -> Iterator[ValueChange]:
        stack = self.this.by_name[difference.resource.stack]
        opened = ("opened to the world", stack.name) in self.named
        before = list(leaf.was or [])
        untold = [
            rule
            for rule in leaf.now or []
            if not (opened if is_open(rule, stack=stack) else opened_by(rule, before, shown=""))
        ]
        if before or untold:
            yield self._value(difference, leaf._replace(was=before, now=untold))

    def _value(self, difference: Difference, leaf: Leaf) -> ValueChange:
        before, after = difference.before or difference.resource, difference.after or difference.resource
        if difference.resource.type == SECRET or hides(leaf.path, leaf.was) or hides(leaf.path, leaf.now):
            return ValueChange(leaf.name, *(None if value is None else HIDDEN for value in (leaf.was, leaf.now)))
        was = _shown(leaf.was, self.other.by_name[before.stack], self.other)
        return ValueChange(leaf.name, was, _shown(leaf.now, self.this.by_name[after.stack], self.this))


def _is_for_people(difference: Difference) -> bool:
    return "AlarmName" in difference.resource.properties


def _without_head(leaf: Leaf) -> Leaf:
    return leaf._replace(path=leaf.path[1:]) if leaf.path[0] == "Properties" and len(leaf.path) > 1 else leaf


def _shown(value: Any, stack: StackTemplate, assembly: Assembly) -> str | None:
    if value is None or value == []:
        return None
    return _cut(text_of(value, stack=stack, assembly=assembly))


def _cut(text: str, *, most: int = LONGEST) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _of_sections(asked: _Asked) -> Iterator[Unjudged]:
    """A parameter's default, a condition, an output that others read: resources that name them stay the same."""
    before = {asked.theirs.plain(stack.name): stack for stack in asked.other.stacks}
    for stack in asked.this.stacks:
        was = before.get(asked.ours.plain(stack.name))
        if was is None:
            continue
        if was.region != stack.region and not asked.ours.environment:
            value = ValueChange("Region", was.region, stack.region)
            yield Unjudged(Concern.UNKNOWN, Kind.CHANGED, "stack", stack.name, "stack", (value,))
        for section in SECTIONS:
            values = tuple(_of_section(section, asked, was, stack))
            if values:
                yield Unjudged(Concern.UNKNOWN, Kind.CHANGED, section, stack.name, section, values)


def _of_section(section: str, asked: _Asked, was: StackTemplate, now: StackTemplate) -> Iterator[ValueChange]:
    before = asked.theirs.plain(was.template.get(section, {}))
    for leaf in differing(before, asked.ours.plain(now.template.get(section, {}))):
        is_use = section == "Outputs" and (leaf.was is None or leaf.now is None)  # whoever reads it differs, too
        if is_use or is_ordinary(leaf) or leaf.path[:1] == OF_CDK:
            continue
        if hides(leaf.path, leaf.was) or hides(leaf.path, leaf.now):
            yield ValueChange(leaf.name, HIDDEN, HIDDEN)
        else:
            yield ValueChange(leaf.name, _shown(leaf.was, was, asked.other), _shown(leaf.now, now, asked.this))
