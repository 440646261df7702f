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
from config.toml_file import find, read, shown


def load(name_or_path: str) -> Environment:
    """Answer the environment of a name in `config/environments/`, or of a path to a .toml file.

    The schema's defaults lie beneath the preset of the file's size, which lies beneath the file;
    a table that a file gives in part keeps the rest.

    Raises:
        ConfigError: One message that says what to do; a subclass says what kind of fault it is.
    """
    path = find(name_or_path)
    layers = _layers(read(path), shown_name=shown(path), stem=path.stem)
    environment = _validated(layers)
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


def _layers(file: dict[str, Any], *, shown_name: str, stem: str) -> Layers:
    size = file.get("size", defaults()["size"])
    beneath = preset(size if isinstance(size, str) else "")
    return Layers(shown=shown_name, file=file, preset=beneath, merged=merged(defaults(), beneath, {"name": stem}, file))


def _validated(layers: Layers) -> Environment:
    """Check types strictly: TOML has its own, and a number in quotes is a mistake."""
    try:
        return Environment.model_validate_json(json.dumps(layers.merged), strict=True)
    except ValidationError as invalid:
        faults = schema_faults(invalid, file=layers.merged)
        raise one_error(faults, layers=layers, kind=SchemaFaulty) from None
