"""Every payload that the contract allows, made from its fields."""

from datetime import timedelta, timezone
from functools import cache
from typing import Any, Final, get_args

from annotated_types import Ge, Le, MaxLen, MinLen
from hypothesis import strategies as st
from pydantic import AwareDatetime, JsonValue
from pydantic.fields import FieldInfo

from contract import session
from contract.session import Payload

# Databases and browsers agree on four digits of a year; an offset is in minutes (RFC 3339).
TIMES: Final = st.datetimes(
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
)
LETTERS: Final = st.characters(exclude_categories=["Cs"])  # half a surrogate pair is no letter
TEXT: Final = st.text(LETTERS, max_size=20)
JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
BY_TYPE: Final[dict[Any, st.SearchStrategy[Any]]] = {
    AwareDatetime: TIMES,
    dict[str, JsonValue]: st.dictionaries(TEXT, JSON, max_size=3),
    tuple[str, ...]: st.lists(TEXT, max_size=3).map(tuple),
}


def payloads() -> list[type[Payload]]:
    """Every payload of `contract.session`."""
    every = [value for value in vars(session).values() if isinstance(value, type)]
    return [value for value in every if issubclass(value, Payload) and value is not Payload]


@cache
def any_of(payload: type[Payload]) -> st.SearchStrategy[Payload]:
    """Payloads of one class, with and without what is optional."""
    fields = payload.model_fields.items()
    return st.fixed_dictionaries(
        {name: _values(field) for name, field in fields if field.is_required()},
        optional={name: _values(field) for name, field in fields if not field.is_required()},
    ).map(lambda values: payload(**values))


def _values(field: FieldInfo) -> st.SearchStrategy[Any]:
    inner = _payload_in(field.annotation)
    if inner and str(field.annotation).startswith("tuple"):
        return st.lists(any_of(inner), max_size=3).map(tuple)
    kinds = get_args(field.annotation)
    kind = kinds[0] if type(None) in kinds else field.annotation
    values = any_of(inner) if inner else _scalars(kind, field)
    return st.none() | values if type(None) in kinds else values


def _scalars(kind: Any, field: FieldInfo) -> st.SearchStrategy[Any]:
    """Values of a type within its field's limits."""
    limits = {type(limit): limit for limit in field.metadata}
    low, high = getattr(limits.get(Ge), "ge", None), getattr(limits.get(Le), "le", None)
    if kind is int:
        return st.integers(low, high)
    if kind is float:
        return st.floats(low, high, allow_nan=False, allow_infinity=False)
    if kind is str:
        shortest = getattr(limits.get(MinLen), "min_length", 0)
        return st.text(LETTERS, min_size=shortest, max_size=min(30, getattr(limits.get(MaxLen), "max_length", 30)))
    return BY_TYPE[kind] if kind in BY_TYPE else st.from_type(kind)


def _payload_in(annotation: Any) -> type[Payload] | None:
    """The payload that a field holds, one or several of."""
    kinds = [kind for kind in get_args(annotation) if isinstance(kind, type)]
    return next((kind for kind in kinds if issubclass(kind, Payload)), None)
