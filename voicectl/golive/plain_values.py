"""Looks at what stands in a template for everybody to read: no secret does."""

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from voicectl.golive.answer import Found, Place, judged
from voicectl.review.templates import Assembly

TASK: Final = "AWS::ECS::TaskDefinition"
SECRET_NAME: Final = re.compile(r"(SECRET|PASSWORD|PASSWD|TOKEN|PRIVATE|CREDENTIALS?|API_?KEY|_KEYS?)$", re.IGNORECASE)
NO_SECRETS: Final = {"LIVEKIT_API_KEY"}  # a key's id
REFERENCE: Final = "*"  # what only the deployment knows
# What a value says of itself, whatever its variable is called. Shapes of providers' keys: OpenAI's and ElevenLabs'
# begin with sk, AWS's with AKIA or ASIA, GitHub's with gh.; Deepgram's and LiveKit's are 32 or more random letters.
SHAPES: Final = {
    "a URL with a password": re.compile(r"://[^/\s@]*:[^/\s@]+@"),
    "a secret that is resolved into it": re.compile(r"\{\{resolve:(?:secretsmanager|ssm-secure):"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    "a token": re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}"),
    "a key": re.compile(r"\b(?:sk[-_][\w-]{16,}|(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_\w{20,}|github_pat_\w{20,})"),
}
RANDOM: Final = re.compile(r"(?<!\w)(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9+]{32,}={0,2}(?!\w)")
DIGEST: Final = re.compile(r"\bsha(?:-|256:)[0-9a-f]{40,64}\b")  # a commit or an image, known to everybody


class Plain(NamedTuple):
    """A value that whoever may read the template, the task definition or the function can read."""

    where: str
    name: str
    text: str


def secrets_by_reference(place: Place) -> Found:
    """No container has a secret in its plain variables: the template would be full of them."""
    values = list(_values(place.assembly))
    wrong = [] if any(place.assembly.of_type(TASK)) else ["there is no container"]
    wrong += [f"{each.where}: {each.name}{_why(each)}" for each in values if _is_named(each) or _shape(each)]
    wrong += [
        f"{each.construct}: its value stands in the template"
        for _, each in place.assembly.of_type("AWS::SecretsManager::Secret")
        if "SecretString" in each.properties
    ]
    return judged(wrong, "every secret comes from Secrets Manager", "the container's binding")


def text_of(value: Any) -> str:
    """A property as text, with an asterisk for each reference."""
    if isinstance(value, dict):
        if "Fn::Join" in value:
            between, parts = value["Fn::Join"]
            return str(between).join(text_of(part) for part in parts)
        said = value.get("Fn::Sub", REFERENCE)
        return str(said[0] if isinstance(said, list) else said)
    return " ".join(text_of(each) for each in value) if isinstance(value, list) else str(value)


def _values(assembly: Assembly) -> Iterator[Plain]:
    for _, task in assembly.of_type(TASK):
        for container in task.properties["ContainerDefinitions"]:
            for variable in container.get("Environment", []):
                yield Plain(container["Name"], variable["Name"], text_of(variable.get("Value", "")))
            for part in ("Command", "EntryPoint"):
                yield Plain(container["Name"], part, text_of(container.get(part, "")))
    for _, function in assembly.of_type("AWS::Lambda::Function"):
        for name, value in function.properties.get("Environment", {}).get("Variables", {}).items():
            yield Plain(function.construct, name, text_of(value))
    for kind in ("AWS::Amplify::App", "AWS::Amplify::Branch"):
        for _, page in assembly.of_type(kind):
            for variable in page.properties.get("EnvironmentVariables", []):
                yield Plain(page.construct, variable["Name"], text_of(variable.get("Value", "")))


def _is_named(plain: Plain) -> bool:
    return bool(SECRET_NAME.search(plain.name)) and plain.name not in NO_SECRETS


def _shape(plain: Plain) -> str:
    """What a value looks like; the value itself is never shown."""
    found = next((shape for shape, pattern in SHAPES.items() if pattern.search(plain.text)), "")
    return found or ("a random key" if RANDOM.search(DIGEST.sub("", plain.text)) else "")


def _why(plain: Plain) -> str:
    shape = _shape(plain)
    return f" is {shape}" if shape else ""
