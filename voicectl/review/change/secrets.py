"""What a template says of secrets, told without telling one."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from voicectl.review.change.readings import Reading
from voicectl.review.templates import Properties

SECRET_NAME: Final = re.compile(r"(?i)(key|secret|token|passw(or)?d|credentials?|dsn|auth)$|secret|passw(or)?d")
SECRET_VALUE: Final = re.compile(
    r"(?i)(^|[^a-z])(sk|pk|gh[pousr]|xox[abp]|AKIA|ASIA)[-_]?[a-z0-9]{12}|://[^/@:]+:[^/@]+@|-----BEGIN"
)
RANDOM: Final = re.compile(r"(?=[^\s/]*\d)(?=[^\s/]*[A-Za-z])[A-Za-z0-9+/=_]{32,}")
NO_SECRETS: Final = ("Secrets", "ValueFrom", "DependsOn", "ContainerDefinitions")
REFERENCES: Final = ("Ref", "Fn::GetAtt", "Fn::GetStackOutput", "Fn::ImportValue")
BUILD: Final = re.compile(r"sha-[0-9a-f]{7,40}|sha256:[0-9a-f]{64}")  # in an image's name, and no secret
WRITTEN: Final = ("GenerateSecretString", "SecretString")
HIDDEN: Final = "a value that is not shown"


def hides(path: tuple[str, ...], value: Any) -> bool:
    """Whether a value must not be on the page, by its name or its looks; what CloudFormation fills in may be."""
    texts = [BUILD.sub("", text) for text in _written(value)]
    names = [part.strip("[]") for part in path if part not in NO_SECRETS]
    if texts and any(SECRET_NAME.search(name) for name in names):
        return True
    return any(SECRET_VALUE.search(text) or RANDOM.search(text) for text in texts)


def _written(value: Any) -> Iterator[str]:
    """Yield the texts that stand in the template itself, and no reference."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _written(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in REFERENCES:
                yield from _written(part)


def is_secret_name(name: str) -> bool:
    """Whether a variable is called as secrets are."""
    return bool(SECRET_NAME.search(name))


def _plain(properties: Properties) -> set[str]:
    """Variables that hold a secret's value instead of naming where it lies."""
    return {
        f"{container.get('Name')}: {each['Name']}"
        for container in properties.get("ContainerDefinitions", [])
        for each in container.get("Environment", [])
        if isinstance(each.get("Value"), str) and (is_secret_name(each["Name"]) or SECRET_VALUE.search(each["Value"]))
    }


@dataclass(frozen=True)
class Sealed:
    """A value that can be compared, and not read."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        """Answer what the page says instead."""
        return HIDDEN


def _generated(properties: Properties) -> dict[str, str | Sealed]:
    """How a value is made: each rule by name, what may hold a value sealed."""
    rules = properties.get("GenerateSecretString") or {}
    found: dict[str, str | Sealed] = {key: str(rule) for key, rule in rules.items() if key != "SecretStringTemplate"}
    held = {"SecretStringTemplate": rules, "SecretString": properties}
    return found | {key: Sealed(json.dumps(side[key], sort_keys=True)) for key, side in held.items() if key in side}


PLAIN_SECRETS: Final = Reading(_plain, ())
REGENERATED: Final = Reading(_generated, tuple((name,) for name in WRITTEN))
