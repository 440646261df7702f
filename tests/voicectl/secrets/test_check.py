"""`voicectl secrets check` says what is wrong with a secret, and never what is in it."""

import json

import boto3
import pytest

from tests.voicectl.secrets.conftest import FIRST_KEY, LIVEKIT, MADE, PROVIDERS
from voicectl.doctor.finding import Finding, Verdict
from voicectl.review.templates import Assembly
from voicectl.secrets.check import check
from voicectl.secrets.errors import AccountSilent


def put(name: str, text: str) -> None:
    """What somebody wrote by hand."""
    boto3.client("secretsmanager").put_secret_value(SecretId=name, SecretString=text)


def bad(assembly: Assembly) -> dict[str, Finding]:
    """The findings that are not good, by secret."""
    return {each.name: each for each in check(assembly, environment="prod") if each.verdict is Verdict.MISSING}


def test_after_the_foundations_only_peoples_secrets_are_missing(founded: Assembly) -> None:
    """Each with the command that writes it."""
    found = bad(founded)

    assert found.keys() == {"voiceplane/prod/providers", "voiceplane/prod/github"}
    assert {each.fix for each in found.values()} == {"voicectl secrets init --env prod"}


@pytest.mark.usefixtures("account")
def test_before_the_foundations_the_deployment_that_makes_them_is_named(prod_assembly: Assembly) -> None:
    """Nothing could be written yet."""
    found = bad(prod_assembly)

    assert found[LIVEKIT].fix == "make deploy ENV=prod STEP=foundations"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (LIVEKIT, json.dumps({FIRST_KEY: "short"}), f"{FIRST_KEY} has 5 characters; 32 are needed"),
        (LIVEKIT, json.dumps([MADE]), "is no JSON object"),
        (LIVEKIT, "{}", "has no key"),
        ("voiceplane/prod/callbacks", "short", "has 5 characters; 32 are needed"),
        ("voiceplane/prod/api-key", f"{MADE}\n", "has white space in it"),
        ("voiceplane/prod/providers", "no json", "is no JSON"),
        (
            "voiceplane/prod/providers",
            json.dumps({**PROVIDERS, "openai_api_key": "…"}),
            "openai_api_key is a placeholder",
        ),
        ("voiceplane/prod/providers", json.dumps({**PROVIDERS, "openai_api_key": ""}), "openai_api_key has no value"),
        ("voiceplane/prod/providers", json.dumps({**PROVIDERS, "openai_api_key": 7}), "openai_api_key is no text"),
        ("voiceplane/prod/github", " ghp_token", "has white space in it"),
    ],
)
def test_a_value_of_the_wrong_shape_is_named_by_its_field(founded: Assembly, name: str, text: str, said: str) -> None:
    """A task would start with it and fail at its first call."""
    put(name, text)

    assert bad(founded)[name].found == said


def test_no_finding_has_a_value_in_it(founded: Assembly) -> None:
    """It is read over shoulders and kept in logs."""
    put("voiceplane/prod/providers", json.dumps({**PROVIDERS, "openai_api_key": ""}))
    put("voiceplane/prod/callbacks", "a-short-secret")

    said = repr(check(founded, environment="prod"))

    assert [value for value in (*PROVIDERS.values(), "a-short-secret", MADE) if value in said] == []


def test_nobody_signed_in_is_said(prod_assembly: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    """A traceback of botocore's helps nobody."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")

    with pytest.raises(AccountSilent, match="aws sso login"):
        check(prod_assembly, environment="prod")
