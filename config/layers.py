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
    given = {
        name: field.get_default(call_default_factory=True)
        for name, field in Environment.model_fields.items()
        if not field.is_required()
    }
    return {
        name: value.model_dump(mode="json") if isinstance(value, BaseModel) else _plain(value)
        for name, value in given.items()
    }


@cache
def preset(size: str) -> dict[str, Any]:
    """Answer the preset of a size; an empty table for what is no size, which the schema refuses later."""
    is_size = size in get_args(Environment.model_fields["size"].annotation)
    return tomllib.loads((SIZES / f"{size}.toml").read_text(encoding="utf-8")) if is_size else {}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
