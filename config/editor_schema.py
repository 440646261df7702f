"""The JSON Schema that editors complete and check environment files with."""

from typing import Any, Final

from config.keys import Key, catalogue
from config.schema import Environment
from config.tiers import TIERS
from contract.images import IMAGES

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
TIME_OF_DAY: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9](:00)?$"  # JSON Schema's own "time" wants a UTC offset


def editor_schema() -> dict[str, Any]:
    """Answer the schema, in which only what no default gives is required."""
    schema = Environment.model_json_schema()
    schema["required"] = _required(catalogue(), above=())
    for name, model in schema["$defs"].items():
        model["required"] = _required(catalogue(), above=_place_of(name, schema))
    schema["$defs"]["Window"]["properties"]["tasks"]["propertyNames"] = {"enum": list(TIERS)}
    images = {"enum": [image.name for image in IMAGES]}
    schema["$defs"]["Delivery"]["properties"]["image_tags"]["propertyNames"] = images
    return {"$schema": DRAFT, "title": "Voiceplane environment", **_tidy(schema)}


def _required(keys: dict[tuple[str, ...], Key], *, above: tuple[str, ...]) -> list[str]:
    return [each.name for each in keys.values() if each.path[:-1] == above and each.is_required]


def _place_of(name: str, schema: dict[str, Any]) -> tuple[str, ...]:
    """Answer a table that a model describes; all tables of one model require the same keys."""
    properties = set(schema["$defs"][name]["properties"])
    tables = {each.path[:-1] for each in catalogue().values()}
    return next(
        table
        for table in tables
        if {each.name for each in catalogue().values() if each.path[:-1] == table} == properties
    )


def _tidy(part: Any) -> Any:
    """Drop pydantic's titles, the defaults of whole tables, and empty lists of what is required."""
    if isinstance(part, list):
        return [_tidy(each) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("format") == "time":
        part = {**{key: value for key, value in part.items() if key != "format"}, "pattern": TIME_OF_DAY}
    return {key: _tidy(value) for key, value in part.items() if not _is_noise(key, value)}


def _is_noise(key: str, value: Any) -> bool:
    return (
        (key == "title" and isinstance(value, str))
        or (key == "default" and isinstance(value, dict))
        or (key == "required" and value == [])
    )
