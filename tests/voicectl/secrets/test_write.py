"""`voicectl secrets init` writes what only people have, and nothing that is half right."""

import json

import boto3
import pytest

from tests.voicectl.secrets.conftest import PROVIDERS, text_of
from voicectl.doctor.finding import Verdict
from voicectl.review.templates import Assembly
from voicectl.secrets.check import check
from voicectl.secrets.errors import ValueRefused
from voicectl.secrets.write import write_missing

NAME = "voiceplane/prod/providers"


def answers(secret: str, field: str) -> str:
    """What a person types."""
    return PROVIDERS[field] if secret == NAME else "ghp_a_token"


def test_what_is_missing_is_asked_for_and_written(founded: Assembly) -> None:
    """Afterwards nothing is left to complain of, and a second run asks nothing."""
    written = list(write_missing(founded, environment="prod", ask=answers))
    again = list(write_missing(founded, environment="prod", ask=answers))

    assert (written, again) == (["voiceplane/prod/github", NAME], [])
    assert json.loads(text_of(NAME)) == PROVIDERS
    assert {each.verdict for each in check(founded, environment="prod")} == {Verdict.GOOD}


def test_what_is_there_already_stays(founded: Assembly) -> None:
    """Only the field that is missing is asked for; one that we do not know is kept."""
    client = boto3.client("secretsmanager")
    client.put_secret_value(SecretId="voiceplane/prod/github", SecretString="ghp_first")
    there = {**PROVIDERS, "deepgram_api_key": "", "somebody_elses": "kept"}
    client.put_secret_value(SecretId=NAME, SecretString=json.dumps(there))
    asked: list[str] = []

    def ask(secret: str, field: str) -> str:
        asked.append(f"{secret} {field}")
        return "d" * 40

    list(write_missing(founded, environment="prod", ask=ask))

    assert asked == [f"{NAME} deepgram_api_key"]
    assert json.loads(text_of(NAME)) == {**there, "deepgram_api_key": "d" * 40}
    assert text_of("voiceplane/prod/github") == "ghp_first"


def test_a_bad_answer_writes_nothing_of_that_secret(founded: Assembly) -> None:
    """Half a secret starts half the pipelines."""
    with pytest.raises(ValueRefused, match="openai_api_key of secret voiceplane/prod/providers has white space"):
        list(
            write_missing(
                founded,
                environment="prod",
                ask=lambda _secret, field: "o o" if field == "openai_api_key" else "x" * 40,
            )
        )

    there = boto3.client("secretsmanager").describe_secret(SecretId=NAME)
    assert "VersionIdsToStages" not in there or not there["VersionIdsToStages"]


@pytest.mark.usefixtures("account")
def test_before_the_foundations_nothing_is_asked(prod_assembly: Assembly) -> None:
    """CloudFormation makes the secrets; one of the same name would stop it."""

    def ask(_secret: str, _field: str) -> str:
        raise AssertionError("asked for a value that could not be written")

    with pytest.raises(ValueRefused, match="make deploy ENV=prod STEP=foundations"):
        list(write_missing(prod_assembly, environment="prod", ask=ask))
