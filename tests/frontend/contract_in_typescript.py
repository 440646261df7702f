"""What the page must agree on with the API and the gateway, as TypeScript: made from `contract/`, never by hand."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from contract import voice_socket
from contract.pipelines import PIPELINES
from contract.session import IDENTITY_AGENT, Payload, Reason, SessionEvent, Speaker, State, TranscriptTurn
from contract.voice_socket import ClientMessage, ServerMessage

FILE: Final = Path(__file__).parents[2] / "frontend" / "src" / "contract.ts"
HEAD: Final = "// What the page and the platform must agree on. Made from contract/ by `make schema`; do not edit.\n"
ENUMS: Final[tuple[type[StrEnum], ...]] = (State, Reason, Speaker)
PAYLOADS: Final[tuple[type[Payload], ...]] = (TranscriptTurn, SessionEvent, ClientMessage, ServerMessage)
WORDS: Final = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def contract_in_typescript() -> str:
    """Answer the text of `FILE`."""
    parts = [*map(_enum, ENUMS), _names(), *map(_interface, PAYLOADS), _constants()]
    return "\n".join([HEAD, *parts])


def _enum(kind: type[StrEnum]) -> str:
    values = "".join(f"  {json.dumps(str(member))},\n" for member in kind)
    name, names = kind.__name__, f"{kind.__name__.upper()}S"
    return f"export const {names} = [\n{values}] as const;\nexport type {name} = (typeof {names})[number];\n"


def _names() -> str:
    names = "".join(f"  {json.dumps(pipeline.name)},\n" for pipeline in PIPELINES)
    return f"export const PIPELINES = [\n{names}] as const;\n"


def _interface(payload: type[Payload]) -> str:
    """Optional fields may be absent, or null: one sender leaves them out, the other does not."""
    _, definitions = models_json_schema([(payload, "validation")], ref_template="{model}")
    schema = definitions["$defs"][payload.__name__]
    required = schema.get("required", [])
    fields = [
        f"  {name}{'' if name in required else '?'}: {_type(field)};\n" for name, field in schema["properties"].items()
    ]
    return f"export interface {payload.__name__} {{\n{''.join(fields)}}}\n"


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"])
    if "const" in field:
        return json.dumps(field["const"])
    if "enum" in field:
        return " | ".join(map(json.dumps, field["enum"]))
    if "anyOf" in field:
        return " | ".join(map(_type, field["anyOf"]))
    if field.get("type") == "array":
        return f"readonly ({_type(field['items'])})[]"
    if field.get("type") == "object":
        return "Readonly<Record<string, unknown>>"
    return WORDS[field["type"]]


def _constants() -> str:
    """The numbers of the wire, and how an agent's identity begins."""
    names = sorted(name for name in vars(voice_socket) if name.isupper())
    numbers = "".join(f"export const {name} = {getattr(voice_socket, name)};\n" for name in names)
    return f"{numbers}export const IDENTITY_AGENT = {json.dumps(IDENTITY_AGENT)};\n"


if __name__ == "__main__":
    FILE.write_text(contract_in_typescript())
