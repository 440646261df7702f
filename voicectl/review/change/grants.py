"""What a policy's statements allow and forbid, one action on one resource at a time."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from voicectl.review.change.policies import TRUST, Statement
from voicectl.review.wildcards import HOLDERS, is_wild

WHO: Final = ("Principal", "NotPrincipal")


class Grant(NamedTuple):
    """One thing that one statement allows or forbids; conditions are compared elsewhere.

    Attributes:
        who: Empty in a policy of a role, which is the role's own.
    """

    effect: str
    who: str
    action: str
    resource: str

    @property
    def words(self) -> str:
        """`allow s3:GetObject`."""
        return f"{self.effect.lower()} {self.action}"


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
    return '"Service"' not in grant.who and grant.who not in {each.who for each in before}


def _grants(statements: Any) -> Iterator[Grant]:
    for statement in statements if isinstance(statements, list) else [statements]:
        yield from _of_statement(statement)


def _of_statement(statement: Statement) -> Iterator[Grant]:
    who = next((_text(statement[key]) for key in WHO if key in statement), "")
    actions = _many(statement.get("Action", f"* but not {_text(statement.get('NotAction'))}"))
    targets = _many(statement.get("Resource", f"* but not {_text(statement.get('NotResource'))}"))
    for action in actions:
        for target in targets:
            yield Grant(str(statement.get("Effect")), who, str(action), _text(target))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
