"""No template holds a secret: not in a variable, not in a parameter, an output or a start script."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.stacks.containers import containers_of
from tests.stacks.values import Values, literals
from tests.synthesis import Synthesis
from voicectl.review.templates import Assembly, StackTemplate

_MIXED = "".join(f"(?=[A-Za-z0-9+]*[{each}])" for each in ("a-z", "A-Z", "0-9"))
GENERATED = rf"(?<![A-Za-z0-9./_-]){_MIXED}[A-Za-z0-9+]{{32,}}={{0,2}}"
SHAPES = {
    "a provider's key": r"\b(sk|pk|rk|xi|dg)[-_](live|test|proj|ant)?[-_]?[A-Za-z0-9]{16,}",
    "an AWS key": r"\b(AKIA|ASIA)[A-Z0-9]{16}\b",
    "a GitHub token": r"\b(gh[pousr]_|github_pat_)[A-Za-z0-9_]{16,}",
    "a private key": r"-----BEGIN",
    "a JSON web token": r"\beyJ[A-Za-z0-9_-]{8,}\.",
    "a password in a URL": r"://[^/\s:@]+:[^/\s@]+@",
    "32 characters as they are generated": GENERATED,
}
NAMED = re.compile(r"PASSWORD|SECRET|TOKEN|CREDENTIAL|PRIVATE|(?<!LIVEKIT_)API_KEY")
NUMBERS = ("_SECONDS", "_BYTES")


def test_no_variable_looks_like_a_secret(assembly: Assembly) -> None:
    """Everybody who may describe a task definition reads its variables."""
    for container in containers_of(assembly):
        for name, value in container.variables.items():
            assert name.endswith(NUMBERS) or not NAMED.search(name), f"{container} {name}"
            assert _shape_of(value) is None, f"{container} {name}"


def test_every_secret_is_a_reference_to_secrets_manager(assembly: Assembly) -> None:
    """A parameter or a plain value would be readable without the key."""
    values = Values(assembly)
    for container in containers_of(assembly):
        for name, source in container.secrets.items():
            place = values.text(source, stack=container.stack)
            assert ".Secrets" in place or ".MasterUserSecret" in place, f"{container} {name}: {place}"


def test_no_other_text_of_a_template_looks_like_a_secret(assembly: Assembly) -> None:
    """Start scripts, build specifications, policies, outputs and parameters are read by as many."""
    for stack in assembly.stacks:
        for text in _texts(stack.template):
            assert _is_cdks_name(text, stack) or not _shape_of(text), f"{stack.name}: {text[:40]}"


@pytest.mark.parametrize(
    "value",
    [
        "sk-proj-abcdefghijklmnop1234",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_abcdefghijklmnop1234",
        "rediss://default:hunter2@cache:6380/0",
        "eyJhbGciOiJIUzI1NiJ9.e30",
        "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY0",
    ],
)
def test_a_secret_in_a_variable_is_noticed(value: str) -> None:
    """The check must be able to fail."""
    assert _shape_of(value) is not None


@pytest.mark.parametrize(
    "value",
    [
        "sha-cf965922cbb8560a3c7af8c36966438ebcf9224a",
        "rediss://cache.example:6380/0",
        "https://internal.voice.example.com/internal",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:voiceplane/prod/livekit-AbCdEf",
    ],
)
def test_what_is_no_secret_is_not_noticed(value: str) -> None:
    """A check that cries wolf is switched off."""
    assert _shape_of(value) is None


def test_every_secret_that_is_generated_is_long(synthesis: Synthesis) -> None:
    """LiveKit refuses less than 32 characters in production; so do we, for all."""
    generated = [
        secret.properties["GenerateSecretString"]
        for _, secret in synthesis.assembly.of_type("AWS::SecretsManager::Secret")
        if "GenerateSecretString" in secret.properties
    ]

    assert len(generated) >= 6
    assert all(each["PasswordLength"] >= 32 for each in generated)


def _shape_of(value: str) -> str | None:
    return next((name for name, pattern in SHAPES.items() if re.search(pattern, value)), None)


def _is_cdks_name(text: str, stack: StackTemplate) -> bool:
    """Logical ids, and families that are named after them, end in a hash."""
    return text in stack.template["Resources"] or text.startswith(stack.name.replace("-", ""))


def _texts(template: dict[str, Any]) -> Iterator[str]:
    """Yield what a reader may see; logical ids, which end in a hash, are keys and references."""
    for resource in template["Resources"].values():
        yield from literals(resource.get("Properties", {}))
    for section in ("Outputs", "Parameters"):
        for entry in template.get(section, {}).values():
            yield from literals({key: value for key, value in entry.items() if key != "Export"})
