"""How keys, values and alternatives are worded in messages."""

import difflib
import json
import re
from collections.abc import Iterable
from typing import Any, Final

KeyPath = tuple[str | int, ...]

LONGEST_VALUE: Final = 60  # characters; a longer one would hide the rest of the message
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")


def show_value(value: Any) -> str:
    """Write a value as TOML would, short enough for one line."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return _show_array(value)
    if value is None:
        return "not set"
    return _shortened(json.dumps(value, ensure_ascii=False))


def show_key(path: KeyPath, *, table: Any = None) -> str:
    """Write a key with dots, as in TOML.

    Args:
        table: What the key leads into; a scheduled window is then shown by its name instead of its number.
    """
    shown = ""
    for part in path:
        shown += f"[{_item(part, table)}]" if isinstance(part, int) else f".{_bare(part)}"
        table = step_into(table, part)
    return shown.removeprefix(".")


def step_into(table: Any, part: str | int) -> Any:
    """Answer what a table or an array has at one part of a key, None when it has nothing there."""
    if isinstance(table, dict):
        return table.get(part)
    if isinstance(table, list) and isinstance(part, int) and part < len(table):
        return table[part]
    return None


def value_at(table: Any, path: KeyPath) -> Any:
    """Answer what a table has at a key, None when it has nothing there."""
    for part in path:
        table = step_into(table, part)
    return table


def listed(words: Iterable[str], *, last: str = "and") -> str:
    """Join words: `a, b and c`."""
    *first, final = list(words) or ["none"]
    return f"{', '.join(first)} {last} {final}" if first else final


def nearest(word: str, options: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Answer the option that was probably meant, None when nothing is near."""
    by_spelling = {_spelling(option): option for option in options}
    found = difflib.get_close_matches(_spelling(word), by_spelling, n=5, cutoff=cutoff)
    best = min(found, key=lambda each: _slips(_spelling(word), each), default=None)
    return by_spelling[best] if best else None


def did_you_mean(word: str, options: Iterable[str], *, otherwise: str = "") -> str:
    """Ask for the nearest option; when none is near, name all of them or say something else."""
    known = list(options)
    meant = nearest(word, known)
    return f"did you mean {meant}?" if meant else otherwise or f"choose from {listed(known)}"


def _spelling(word: str) -> str:
    return word.lower().replace("-", "_")


def _slips(word: str, other: str) -> int:
    """Count letters to add, drop, change or swap with their neighbour: `esat` is nearer to `east` than to `west`."""
    before, above = [0] * (len(other) + 1), list(range(len(other) + 1))
    for row, letter in enumerate(word, start=1):
        here = [row]
        for column, expected in enumerate(other, start=1):
            cost = min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != expected))
            is_swapped = row > 1 and column > 1 and letter == other[column - 2] and word[row - 2] == expected
            here.append(min(cost, before[column - 2] + 1) if is_swapped else cost)
        before, above = above, here
    return above[-1]


def _show_array(values: list[Any]) -> str:
    if any(isinstance(value, dict | list) for value in values):
        return f"an array of {len(values)}"
    return _shortened(f"[{', '.join(show_value(value) for value in values)}]")


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _bare(part: str) -> str:
    return part if _BARE_KEY.fullmatch(part) else json.dumps(part, ensure_ascii=False)


def _item(number: int, array: Any) -> str:
    """Only windows are called by name: those of one day differ in it, or the name itself is the fault."""
    names = [item.get("name") for item in array if isinstance(item, dict)] if isinstance(array, list) else []
    is_window = number < len(names) and "starts" in array[number]
    if is_window and isinstance(names[number], str) and names.count(names[number]) == 1:
        return show_value(names[number])
    return str(number)
