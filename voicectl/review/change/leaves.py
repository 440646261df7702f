"""A resource taken apart into its smallest values, so that what differs can be said in few words."""

import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

NAMES: Final = (
    "Name",
    "Key",
    "ScheduledActionName",
    "Id",
    "DeviceName",
    "PolicyName",
)  # by which a list's elements are known
FUNCTIONS: Final = "Fn::"
Path = tuple[str, ...]
Leaves = dict[Path, Any]
ABSENT: Final = None


class Leaf(NamedTuple):
    """One value that differs; of a list without names, the elements that go and those that come.

    Attributes:
        path: Such as `("LoadBalancerAttributes", "[access_logs.s3.enabled]", "Value")`.
    """

    path: Path
    was: Any
    now: Any

    @property
    def name(self) -> str:
        """`LoadBalancerAttributes[access_logs.s3.enabled].Value`."""
        return ".".join(self.path).replace(".[", "[")


def differing(before: Any, after: Any, path: Path = ()) -> Iterator[Leaf]:
    """Yield every value in which two structures differ."""
    if before == after:
        return
    if _is_branch(before, after):
        was, now = before or {}, after or {}
        for key in {**was, **now}:
            yield from differing(was.get(key), now.get(key), (*path, str(key)))
    elif _is_named(before, after):
        was, now = _by_name(before or []), _by_name(after or [])
        for key in {**was, **now}:
            yield from differing(was.get(key), now.get(key), (*path, f"[{key}]"))
        if was == now:  # the same elements in another order
            yield Leaf(path, list(was), list(now))
    elif isinstance(before, list) and isinstance(after, list):
        yield _of_lists(path, before, after)
    else:
        yield Leaf(path, before, after)


def _is_branch(*sides: Any) -> bool:
    """Parts that are worth a leaf each, and not a function of CloudFormation's."""
    there = [side for side in sides if side is not ABSENT]
    return all(isinstance(side, dict) and not is_function(side) for side in there) and any(there)


def is_function(value: Any) -> bool:
    """Whether CloudFormation makes the value."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith(("Ref", FUNCTIONS))


def _is_named(*sides: Any) -> bool:
    there = [side for side in sides if side is not ABSENT]
    return all(isinstance(side, list) and len(_by_name(side)) == len(side) for side in there) and any(there)


def _by_name(elements: list[Any]) -> dict[str, Any]:
    """Elements by their names; fewer than there are when one has none, or two the same."""
    found: dict[str, Any] = {}
    for element in elements:
        name = next((element[key] for key in NAMES if key in element), None) if isinstance(element, dict) else None
        if isinstance(name, str):
            found[name] = element
    return found


def _of_lists(path: Path, before: list[Any], after: list[Any]) -> Leaf:
    was, now = [_text(each) for each in before], [_text(each) for each in after]
    gone = [each for each, text in zip(before, was, strict=True) if text not in now]
    come = [each for each, text in zip(after, now, strict=True) if text not in was]
    return Leaf(path, gone, come) if gone or come else Leaf(path, before, after)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
