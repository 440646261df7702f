"""What was probably meant by a key that does not exist: a near spelling, another unit, another table."""

from typing import Any, Final

from config.faults import is_secret
from config.keys import ANY, ITEM, Key, catalogue, keys_in
from config.words import KeyPath, listed, nearest, show_key

# How much one of a unit is in the unit that our keys end in.
UNITS: Final[dict[str, dict[str, float]]] = {
    "seconds": {"seconds": 1, "s": 1, "sec": 1, "secs": 1, "second": 1, "ms": 0.001, "milliseconds": 0.001}
    | {"minutes": 60, "minute": 60, "mins": 60, "min": 60, "m": 60, "hours": 3600, "hour": 3600, "h": 3600}
    | {"days": 86400, "day": 86400},
    "minutes": {"minutes": 1, "minute": 1, "mins": 1, "min": 1, "m": 1, "hours": 60, "hour": 60, "seconds": 1 / 60},
    "ms": {"ms": 1, "milliseconds": 1, "s": 1000, "sec": 1000, "seconds": 1000},
    "days": {"days": 1, "day": 1, "d": 1, "weeks": 7, "months": 30, "years": 365, "hours": 1 / 24},
    "mib": {"mib": 1, "mb": 1, "gib": 1024, "gb": 1024},
    "gib": {"gib": 1, "gb": 1, "mib": 1 / 1024, "mb": 1 / 1024, "tib": 1024, "tb": 1024},
    "units": {"units": 1, "vcpu": 1024, "vcpus": 1024},
    "percent": {"percent": 1, "pct": 1},
    "usd": {"usd": 1, "dollars": 1},
}


def suggestion(path: KeyPath) -> tuple[str, ...] | None:
    """Answer the key that was probably meant, None when nothing is near."""
    *above, name = path
    if not isinstance(name, str):
        return None
    siblings = keys_in(tuple(above))
    found = _same_stem(name, siblings) or siblings.get(nearest(name, siblings) or "") or _elsewhere(name)
    return found.path if found else None


def advice(path: KeyPath, value: Any) -> str:
    """Say what to write instead of an unknown key."""
    meant = suggestion(path)
    is_ours_without_unit = meant is not None and _split(meant[-1])[0] == _split(str(path[-1]))[0]
    if is_secret(path, value) and not is_ours_without_unit:
        return "remove it: a secret's place is Secrets Manager, never a file"
    if meant is None:
        return f"remove it, or choose from {listed(keys_in(path[:-1]))}"
    found = catalogue()[meant]
    is_beside = meant[:-1] == tuple(ITEM if isinstance(part, int) else part for part in path[:-1])
    shown = found.name if is_beside else found.dotted
    if (converted := _converted(str(path[-1]), value, found)) is not None:
        return f"write {shown} = {converted}"
    if is_beside:
        return f"did you mean {shown}?"
    place = f"in [{show_key(meant[:-1])}]" if meant[:-1] else "above the first [table]"
    return f"did you mean {found.dotted}? it stands {place}"


def _same_stem(name: str, siblings: dict[str, Key]) -> Key | None:
    """Find the key that differs only in its unit."""
    stem, _ = _split(name)
    return next((each for each in siblings.values() if _split(each.name)[0] == stem), None)


def _elsewhere(name: str) -> Key | None:
    """Find the key in another table: by its exact name or stem first, then by a near spelling."""
    options = {each.name: each for each in reversed(catalogue().values()) if not {ITEM, ANY} & set(each.path)}
    return options.get(name) or _same_stem(name, options) or options.get(nearest(name, options, cutoff=0.8) or "")


def _converted(name: str, value: Any, found: Key) -> int | None:
    """Answer the value in our unit, None when it has none or is no whole number then."""
    unit, ours = _split(name)[1], _split(found.name)[1]
    factor = UNITS.get(ours, {}).get(unit)
    if factor is None or not isinstance(value, int | float) or isinstance(value, bool):
        return None
    amount = value * factor
    return round(amount) if abs(amount - round(amount)) < 1e-9 else None


def _split(name: str) -> tuple[str, str]:
    """Part a key into what it measures and its unit; the unit is empty when it has none."""
    stem, _, unit = name.lower().replace("-", "_").rpartition("_")
    is_unit = any(unit in units for units in UNITS.values())
    return (stem, unit) if stem and is_unit else (name.lower().replace("-", "_"), "")
