"""What stands beneath an environment file: the schema's defaults, then the preset of its size."""

import copy
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import BaseModel

from config.schema import Environment

SIZES: Final = Path(__file__).parent / "sizes"


def merged(*layers: dict[str, Any]) -> dict[str, Any]:
    """Lay tables on top of each other, the last one uppermost; a table that both have is merged key by key."""
    result: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            below = result.get(name)
            both = isinstance(below, dict) and isinstance(value, dict)
            result[name] = merged(below, value) if both else copy.deepcopy(value)  # type: ignore[arg-type]
    return result


@cache
def defaults() -> dict[str, Any]:
    """Answer the schema's defaults as a JSON-able table.

    They are laid beneath the file before it is checked, because a default may say more than its
    model: `ScaleIn(cooldown_seconds=300)` must keep its 300 when a file sets only the step.
    """
    return _defaults_of(Environment)


@cache
def preset(size: str) -> dict[str, Any]:
    """Answer the preset of a size; an empty table for what is no size, which the schema refuses later."""
    is_size = size in get_args(Environment.model_fields["size"].annotation)
    return tomllib.loads((SIZES / f"{size}.toml").read_text(encoding="utf-8")) if is_size else {}


def _defaults_of(model: type[BaseModel]) -> dict[str, Any]:
    """Dump what the model's fields default to; a required table has defaults below it all the same."""
    found = {}
    for name, field in model.model_fields.items():
        inner = field.annotation
        if not field.is_required():
            found[name] = _plain(field.get_default(call_default_factory=True))
        elif isinstance(inner, type) and issubclass(inner, BaseModel):
            found[name] = _defaults_of(inner)
    return found


def _plain(value: Any) -> Any:
    dumped = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    return list(dumped) if isinstance(dumped, tuple) else dumped
