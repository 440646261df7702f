"""Turn an environment file into a valid, frozen `Environment`, or into one clear message."""

import json
import sys
from typing import Any

from pydantic import ValidationError

from config.errors import ConfigError, RuleBroken, SchemaFaulty
from config.faults import Layers, one_error
from config.layers import defaults, merged, preset
from config.rules.every import broken_rules
from config.schema import Environment
from config.schema_faults import schema_faults
from config.toml_file import find, read, shown_path


def load(name_or_path: str) -> Environment:
    """Answer the environment of a name in `config/environments/`, or of a path to a .toml file.

    The schema's defaults lie beneath the preset of the file's size, which lies beneath the file;
    a table that a file gives in part keeps the rest.

    Raises:
        ConfigError: One message that says what to do; a subclass says what kind of fault it is.
    """
    path = find(name_or_path)
    layers = layered(read(path), shown=shown_path(path), name=path.stem)
    environment = validated(layers)
    if faults := broken_rules(environment):
        raise one_error(faults, layers=layers, kind=RuleBroken)
    return environment


def load_or_exit(name_or_path: str) -> Environment:
    """Answer the environment, or print the one message and end the program with code 2."""
    try:
        return load(name_or_path)
    except ConfigError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


def layered(file: dict[str, Any], *, shown: str, name: str) -> Layers:
    """Lay a file's table over the preset of its size and the defaults.

    Args:
        shown: The file's name in messages.
        name: The environment's name if the file gives none.
    """
    size = file.get("size", defaults()["size"])
    beneath = preset(size if isinstance(size, str) else "")
    return Layers(shown=shown, file=file, preset=beneath, merged=merged(defaults(), beneath, {"name": name}, file))


def validated(layers: Layers) -> Environment:
    """Check each key alone, strictly: TOML has types, and a number in quotes is a mistake.

    Raises:
        SchemaFaulty: A key is unknown, missing, of the wrong type or out of range.
    """
    try:
        return Environment.model_validate_json(json.dumps(layers.merged), strict=True)
    except ValidationError as invalid:
        faults = schema_faults(invalid, file=layers.merged)
        raise one_error(faults, layers=layers, kind=SchemaFaulty) from None
