"""What a policy's statements allow and forbid, one action on one resource at a time."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from voicectl.review.change.policies import TRUST, Statement
from voicectl.review.wildcards import HOLDERS, is_wild


class Grant(NamedTuple):
    """One thing that one statement allows or forbids; conditions are compared elsewhere.

    Attributes:
        who: Its kind and name; empty in a policy of a role, which is the role's own.
    """

    effect: str
    who: str
    action: str
    resource: str

    @property
    def target(self) -> Any:
        """The resource as the template has it, empty where the policy is the resource's own."""
        return json.loads(self.resource) if self.resource.startswith("{") else self.resource

    @property
    def words(self) -> str:
        """`allow s3:GetObject`, and to whom where it says."""
        return f"{self.effect.lower()} {self.action}{f' to {self.who}' if self.who else ''}"


def unnamed_grants(type_: str, path: tuple[str, ...], was: Any, now: Any) -> tuple[list[Grant], list[Grant]]:
    """Answer what is not granted any more and what is granted now, but for what `policies` and wildcards name."""
    before, after = list(_grants(was or [])), list(_grants(now or []))
    gone = [each for each in before if each not in after and each.effect == "Allow"]
    come = [each for each in after if each not in before and not _is_named(each, type_, path, before)]
    return gone, come


def _is_named(grant: Grant, type_: str, path: tuple[str, ...], before: Iterable[Grant]) -> bool:
    if grant.effect != "Allow":
        return False
    if TRUST in path:
        return True
    if type_ in HOLDERS:
        return is_wild(grant.action) or is_wild(grant.resource)
    return not grant.who.startswith("Service ") and grant.who not in {each.who for each in before}


def _grants(statements: Any) -> Iterator[Grant]:
    for statement in statements if isinstance(statements, list) else [statements]:
        yield from _of_statement(statement)


def _of_statement(statement: Statement) -> Iterator[Grant]:
    actions = _many(statement.get("Action", f"* but not {_text(statement.get('NotAction'))}"))
    beside = f"* but not {_text(statement['NotResource'])}" if "NotResource" in statement else ""
    targets = _many(statement.get("Resource", beside))
    for who in _principals(statement):
        for action in actions:
            for target in targets:
                yield Grant(str(statement.get("Effect")), who, str(action), _text(target))


def _principals(statement: Statement) -> Iterator[str]:
    if "NotPrincipal" in statement:
        yield f"everybody but {_text(statement['NotPrincipal'])}"
        return
    principal = statement.get("Principal", "")
    if not isinstance(principal, dict):
        yield _text(principal)
        return
    for kind, named in principal.items():
        yield from (f"{kind} {_text(each)}" for each in _many(named))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
