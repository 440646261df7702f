"""The commands as people type them: they synthesize the environment themselves, and show no value."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.voicectl.secrets.conftest import FIRST_KEY, LIVEKIT, MADE, PROVIDERS, run_services, text_of
from voicectl.command_line import app
from voicectl.review.templates import Assembly

runner = CliRunner()


@pytest.mark.usefixtures("founded")
def test_secrets_are_written_from_a_file_and_checked(tmp_path: Path) -> None:
    """For who keeps them in a password manager that writes JSON."""
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"voiceplane/prod/providers": PROVIDERS, "voiceplane/prod/github": {"": "ghp_a_token"}}))

    before = runner.invoke(app, ["secrets", "check", "--env", "prod"])
    written = runner.invoke(app, ["secrets", "init", "--env", "prod", "--from", str(file)])
    after = runner.invoke(app, ["secrets", "check", "--env", "prod", "--json"])

    assert (before.exit_code, written.exit_code, after.exit_code) == (1, 0, 0), written.output
    assert written.output == "written: voiceplane/prod/github\nwritten: voiceplane/prod/providers\n"
    assert {each["verdict"] for each in json.loads(after.output)} == {"good"}
    said = before.output + written.output + after.output
    assert [value for value in (*PROVIDERS.values(), MADE, "ghp_a_token") if value in said] == []


def test_a_dry_run_says_which_step_is_due_and_does_nothing(founded: Assembly) -> None:
    """A first look at a rotation must not begin one."""
    run_services(founded)

    said = runner.invoke(app, ["secrets", "rotate", "--env", "prod", "--dry-run"])

    assert (said.exit_code, said.output.splitlines()[-1]) == (
        0,
        f"step add: clients sign with {FIRST_KEY}, the secret has {FIRST_KEY}",
    )
    assert json.loads(text_of(LIVEKIT)) == {FIRST_KEY: MADE}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no json", "cannot be read as JSON"),
        ('["a"]', "is not an object of objects"),
        ('{"a": "b"}', "not an object of"),
    ],
)
def test_a_file_of_another_shape_is_refused_without_being_quoted(tmp_path: Path, text: str, said: str) -> None:
    """It may be full of secrets."""
    file = tmp_path / "secrets.json"
    file.write_text(text)

    refused = runner.invoke(app, ["secrets", "init", "--env", "prod", "--from", str(file)])

    assert refused.exit_code == 2
    assert said in refused.output
    assert "no json" not in refused.output
