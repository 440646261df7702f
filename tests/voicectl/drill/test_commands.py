"""`voicectl drill`: it says what it cannot do before anybody is told, and its exit code says what became of it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.voicectl.drill.account import Account
from voicectl.command_line import app
from voicectl.drill.rehearsals import FOLDER
from voicectl.drill.runbook import steps_of


def drill(*arguments: str) -> Result:
    """The command."""
    return CliRunner().invoke(app, ["drill", *arguments])


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder in which nothing ever ran."""
    monkeypatch.setenv("VOICEPLANE_STATE", str(tmp_path))
    return tmp_path


def test_without_a_terminal_nobody_is_told_unless_said_so(account: Account) -> None:
    """A script that names the wrong environment must not wake 20 people; the question is shown instead."""
    said = drill("DatabaseAway", "--env", "prod", "--by", "Ada Example")

    assert said.exit_code == 2
    assert "1 alarms of prod go on in account 123456789012, us-east-1" in said.output
    assert "mailbox gets 2" in said.output
    assert "--yes" in said.output
    assert account.arrived() == []
    assert not (FOLDER / "prod.toml").exists()


def test_what_was_not_rehearsed_is_exit_code_1_with_the_steps(account: Account) -> None:
    """A nightly job sees it; a person reads the page that they would be sent to."""
    account.unconfirmed()

    said = drill("DatabaseAway", "--env", "prod", "--by", "Ada Example", "--yes")

    assert said.exit_code == 1
    assert "not rehearsed; not confirmed" in said.output
    assert "docs/runbooks/database-away.md" in said.output
    assert "reboot-db-instance" in said.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("DatabseAway", "--env", "prod"), "do you mean DatabaseAway"),
        (("all", "--env", "prood"), "prod"),
        ((), "name an alarm"),
        (("provider-errors",), "`voicectl up`"),
        (("--list",), "`voicectl up`"),
        (("restore", "--by", "Ada Example"), "`voicectl up`"),
        (("restore", "--env", "prood", "--by", "Ada Example"), "prod"),
    ],
    ids=[
        "a misspelt alarm",
        "no environment",
        "nothing",
        "nothing runs here",
        "nothing ran here",
        "nothing to copy",
        "no environment to copy",
    ],
)
@pytest.mark.usefixtures("state")
def test_a_mistake_is_exit_code_2_with_what_to_do(arguments: tuple[str, ...], said: str) -> None:
    """And no trace of Python."""
    answered = drill(*arguments)

    assert answered.exit_code == 2
    assert said in answered.output
    assert "Traceback" not in answered.output


def test_every_page_has_steps_to_show() -> None:
    """A drill that ends without them teaches nothing."""
    steps = steps_of("docs/runbooks/provider-errors.md")

    assert [line for line in steps.splitlines() if line in ("Checks", "Actions", "Over when")] == [
        "Checks",
        "Actions",
        "Over when",
    ]
    assert steps_of("docs/runbooks/nowhere.md") == ""
