"""Who may do more than before by a policy: trusted by a role or a resource, a condition or a denial taken off."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from voicectl.review.change.compare import Difference, Kind
from voicectl.review.change.naming import Naming
from voicectl.review.templates import Properties
from voicectl.review.wildcards import BROAD

TRUST: Final = "AssumeRolePolicyDocument"
DOCUMENTS: Final = (TRUST, "PolicyDocument", "KeyPolicy", "RepositoryPolicyText", "ResourcePolicy")
RESOURCES: Final = ("PolicyDocument", "KeyPolicy", "RepositoryPolicyText", "ResourcePolicy")
MANAGED: Final = "ManagedPolicyArns"
NARROWING: Final = ("SourceArn", "SourceAccount")
WHO: Final = ("Principal", "NotPrincipal")
WHAT: Final = ("Action", "NotAction", "Resource", "NotResource")
LONGEST: Final = 240  # characters of a statement's part on the page
Statement = dict[str, Any]


class Looser(NamedTuple):
    """One policy that lets somebody do more.

    Attributes:
        what: Its kind, such as `trust changed`.
        meaning: Whom it lets in, or what.
    """

    what: str
    change: str
    meaning: str


def looser_policies(
    differences: Iterable[Difference], *, ours: Naming, theirs: Naming
) -> Iterator[tuple[Difference, Looser]]:
    """Yield what each changed or new resource's policies allow beyond the other side's."""
    for each in differences:
        if each.kind is Kind.REMOVED:  # its denials go with it; `safety.REMOVED` says so of policies of resources
            continue
        now = ours.plain(each.resource.properties)
        was = theirs.plain(each.before.properties) if each.before else {}
        across = bool(ours.environment)
        yield from ((each, found) for found in _looser(was, now, is_new=each.before is None, across=across))


def _looser(was: Properties, now: Properties, *, is_new: bool, across: bool) -> Iterator[Looser]:
    yield from _trusted(_of(was, TRUST), _of(now, TRUST), is_new=is_new, across=across)
    before = [statement for key in DOCUMENTS for statement in _of(was, key)] + _inline(was)
    after = [statement for key in DOCUMENTS for statement in _of(now, key)] + _inline(now)
    yield from _unconditioned(before, after)
    yield from _let_in(was, now, is_new=is_new)
    yield from _managed(was, now)
    yield from _callers(was, now, is_new=is_new)
    for statement in before:
        if statement.get("Effect") == "Deny" and statement not in after:
            yield Looser("denial taken off", f"{_told(statement)} → not denied so", "what was forbidden may be done")


def _of(properties: Properties, key: str) -> list[Statement]:
    document = properties.get(key)
    return _many(document.get("Statement", [])) if isinstance(document, dict) else []


def _inline(properties: Properties) -> list[Statement]:
    return [statement for policy in properties.get("Policies", []) for statement in _of(policy, "PolicyDocument")]


def _trusted(before: list[Statement], after: list[Statement], *, is_new: bool, across: bool) -> Iterator[Looser]:
    """Who may take a role is changed seldom, and read each time; a new role of AWS's own services is ordinary."""
    known = [_provider_apart(statement) if across else statement for statement in before]
    for statement in after:
        plain = _provider_apart(statement) if across else statement
        if statement.get("Effect") != "Allow" or plain in known or (is_new and _is_service(statement)):
            continue
        condition = statement.get("Condition")
        under = f"if {_short(condition)}" if condition else "without a condition"
        yield Looser("trust changed", _who(statement), f"they may take this role, {under}")


def _let_in(was: Properties, now: Properties, *, is_new: bool) -> Iterator[Looser]:
    """Who a resource's own policy names now: another account's people are in by it alone."""
    before = {_text(who) for key in RESOURCES for statement in _of(was, key) for who in _principals(statement)}
    for statement in (statement for key in RESOURCES for statement in _of(now, key)):
        if statement.get("Effect") != "Allow":
            continue
        found = [who for who in _principals(statement) if _text(who) not in before]
        strangers = [who for who in found if isinstance(who, str) or not is_new]
        if strangers:
            condition = statement.get("Condition")
            under = f"if {_short(condition)}" if condition else "without a condition"
            yield Looser("policy lets somebody in", _short(strangers), f"{_told(statement)}, {under}")


def _principals(statement: Statement) -> list[Any]:
    """Whom it names, but for AWS's own services."""
    principal = statement.get("Principal", [])
    if "NotPrincipal" in statement:
        return [f"everybody but {_text(statement['NotPrincipal'])}"]
    if not isinstance(principal, dict):
        return _many(principal)
    return [who for kind, named in principal.items() if kind != "Service" for who in _many(named)]


def _managed(was: Properties, now: Properties) -> Iterator[Looser]:
    known = [_text(each) for each in was.get(MANAGED, [])]
    for each in now.get(MANAGED, []):
        text = _text(each)
        if text not in known and "iam::aws:policy/" in text and not text.rstrip('"]}').endswith(BROAD):
            name = text.rstrip('"]}').rpartition("policy/")[2]
            yield Looser("AWS's policy attached", name, "AWS decides what it allows, and may change it")


def _callers(was: Properties, now: Properties, *, is_new: bool) -> Iterator[Looser]:
    """Who may call a function: a service is narrowed by the resource that it calls for."""
    if "FunctionName" not in now or "Principal" not in now:
        return
    who, known = now["Principal"], None if is_new else was.get("Principal")
    narrowing = [key for key in NARROWING if key in was and key not in now]
    if (who != known and not str(who).endswith(".amazonaws.com")) or narrowing:
        without = [key for key in NARROWING if key not in now]
        under = f"without {' and '.join(without)}" if without else "if it calls for what is named"
        yield Looser("policy lets somebody in", _short(who), f"may do {_short(now.get('Action', '*'))}, {under}")


def _provider_apart(statement: Statement) -> Statement:
    """One environment of an account makes the identity provider, the others name it; the condition says which it is."""
    principal = statement.get("Principal")
    federated = isinstance(principal, dict) and set(principal) == {"Federated"}
    return {**statement, "Principal": "Federated"} if federated else statement


def _is_service(statement: Statement) -> bool:
    principal = statement.get("Principal")
    return isinstance(principal, dict) and set(principal) == {"Service"}


def _unconditioned(before: list[Statement], after: list[Statement]) -> Iterator[Looser]:
    """What was allowed under a condition only, action by action: statements may have been joined or split."""
    conditions = _conditions(before)
    for statement in after:
        if statement.get("Effect") != "Allow":
            continue
        condition = _text(statement.get("Condition"))
        known = [conditions[permission] for permission in _permissions(statement) if permission in conditions]
        stricter = next((were for were in known if condition not in were and _text(None) not in were), None)
        if stricter:
            what = "condition changed" if statement.get("Condition") else "condition taken off"
            was = " or ".join(sorted(stricter))
            change = f"{_cut(was)} → {_short(statement.get('Condition') or 'nothing')}"
            yield Looser(what, change, _told(statement))


def _conditions(statements: list[Statement]) -> dict[tuple[str, ...], set[str]]:
    found: dict[tuple[str, ...], set[str]] = {}
    for statement in statements:
        if statement.get("Effect") == "Allow":
            for permission in _permissions(statement):
                found.setdefault(permission, set()).add(_text(statement.get("Condition")))
    return found


def _permissions(statement: Statement) -> Iterator[tuple[str, ...]]:
    who = _text([statement.get(key) for key in WHO])
    beside = _text([statement.get("NotAction"), statement.get("NotResource")])
    for action in _many(statement.get("Action", "")):
        for resource in _many(statement.get("Resource", "")):
            yield who, beside, _text(action), _text(resource)


def _who(statement: Statement) -> str:
    return _short(next((statement[key] for key in WHO if key in statement), "nobody"))


def _told(statement: Statement) -> str:
    said = "; ".join(_short(statement[key]) for key in WHAT if key in statement)
    return f"may do {said}" if statement.get("Effect") == "Allow" else said


def _short(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return _cut(", ".join(value))
    return _cut(value if isinstance(value, str) else _text(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
