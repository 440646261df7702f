"""One thing that is wrong with an environment file, and how several become one message."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from config.errors import FileFaulty
from config.keys import ANY, key_at
from config.words import KeyPath, show_key, show_value, value_at

_SECRET_KEY: Final = re.compile(r"pass(word|wd|phrase)?$|secret|token|credential|api_?key|private_?key|dsn", re.I)
_SECRET_VALUE: Final = re.compile(
    r"^(sk-|ghp_|gho_|github_pat_|xox[abp]-|AKIA|ASIA|AIza|-----BEGIN|https?://[^/@]+:[^/@]+@)"
)
NOT_SHOWN: Final = "(not shown)"


@dataclass(frozen=True)
class Fault:
    """A value that is not allowed.

    Attributes:
        keys: The keys that are at odds, the likeliest first; the first of them that the file sets is named.
        allowed: What would be allowed, in words.
        remedy: What to do.
        shown: What to say instead of the value, such as that there is none.
        table: Lines to print below the message.
    """

    keys: tuple[KeyPath, ...]
    allowed: str
    remedy: str
    shown: str = ""
    table: str = ""


@dataclass(frozen=True)
class Layers:
    """One environment file and what stands beneath it.

    Attributes:
        shown: The file's name in messages.
        file: What the file says.
        preset: What the size's preset says.
        merged: All layers on top of each other.
    """

    shown: str
    file: dict[str, Any]
    preset: dict[str, Any]
    merged: dict[str, Any]


def key(*parts: str | int) -> KeyPath:
    """Make a key's path of dotted parts and numbers: `key("schedule.weekday", 0, "ends")`."""
    path: list[str | int] = []
    for part in parts:
        path.extend(part.split(".") if isinstance(part, str) else [part])
    return tuple(path)


def fault(*parts: str | int, allowed: str, remedy: str) -> Fault:
    """Find fault with one key, given as in `key`."""
    return Fault(keys=(key(*parts),), allowed=allowed, remedy=remedy)


def conflict(*keys: str | KeyPath, allowed: str, remedy: str, table: str = "") -> Fault:
    """Find fault with keys that do not go together, the likeliest first."""
    paths = tuple(key(each) if isinstance(each, str) else each for each in keys)
    return Fault(keys=paths, allowed=allowed, remedy=remedy, table=table)


def one_error(faults: Sequence[Fault], *, layers: Layers, kind: type[FileFaulty]) -> FileFaulty:
    """Make one error of all faults: the first in the order of the file, and how many more there are."""
    places = {path: number for number, path in enumerate(_paths(layers.file))}
    named = [(_named_key(each, places), each) for each in faults]
    path, first = min(named, key=lambda pair: places.get(pair[0], len(places)))
    shown_key = show_key(path, table=layers.merged)
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    value = first.shown or _show(path, layers)
    message = f"{layers.shown}: {shown_key} is {value}; {first.allowed}; {first.remedy}{more}"
    return kind("\n".join(filter(None, (message, first.table))), key=shown_key)


def is_secret(path: KeyPath, value: Any) -> bool:
    """Tell whether a value must not be repeated: by its looks, or by a key that is not one of ours."""
    found = key_at(path)
    is_ours = found is not None and found.name != ANY
    looks_so = isinstance(value, str) and _SECRET_VALUE.match(value) is not None
    return looks_so or not is_ours and any(_SECRET_KEY.search(part) for part in path if isinstance(part, str))


def _named_key(found: Fault, places: dict[KeyPath, int]) -> KeyPath:
    return next((path for path in found.keys if path in places), found.keys[0])


def _show(path: KeyPath, layers: Layers) -> str:
    value = value_at(layers.merged, path)
    if is_secret(path, value):
        return NOT_SHOWN
    return f"{show_value(value)}{_origin(path, layers)}"


def _origin(path: KeyPath, layers: Layers) -> str:
    """Say where a value comes from that the file does not mention."""
    if value_at(layers.file, path) is not None or value_at(layers.merged, path) is None:
        return ""
    if path == ("name",):
        return " (the file's name)"
    return f" (preset {layers.merged['size']})" if value_at(layers.preset, path) is not None else " (default)"


def _paths(table: Any, *, above: KeyPath = ()) -> list[KeyPath]:
    items = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    paths = []
    for part, value in items:
        paths += [(*above, part), *_paths(value, above=(*above, part))]
    return paths
