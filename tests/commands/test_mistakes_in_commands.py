"""A mistake in an environment file is the same single message through `python app.py`, `cdk synth` and `make synth`.

Every mistake of `tests/config/test_mistakes.py` runs `app.py` as the main program of this process, which has imported
the CDK once; one mistake of each kind runs all three commands as people do, on a bare machine.
"""

import json
import runpy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.load import load
from tests.commands.clone import CDK, Clone
from tests.config.files import voice_toml, write
from tests.config.rule_case import weekday, window
from tests.config.test_mistakes import MISTAKES, Mistake

APP = Path(__file__).parents[2] / "app.py"
WEDNESDAYS = [str(date(2026, 1, 7) + timedelta(weeks=week)) for week in range(200)]


@dataclass(frozen=True)
class Kind:
    """One representative of a kind of mistake.

    Attributes:
        text: The file; None when there is none.
        message: What everybody sees, with the file's path before it.
    """

    name: str
    text: str | None
    message: str

    def place(self, directory: Path) -> tuple[str, str]:
        """Put it into a directory; answer what to ask for, and the whole message."""
        path = directory / "voice.toml"
        if self.text is None:
            write(directory, voice_toml(), name="voices.toml")
        else:
            path.write_text(self.text)
        return str(path), f"{path}: {self.message}"


KINDS = (
    Kind(
        "unknown key",
        voice_toml("agent.sesions_per_task = 8"),
        "agent.sesions_per_task is 8; there is no such key; did you mean sessions_per_task?",
    ),
    Kind(
        "rule broken",
        voice_toml("api.tasks.min = 1"),
        "api.tasks.min is 1; the API has at least 2 tasks always; raise it to 2 or more",
    ),
    Kind("no such file", None, "the environment is missing; there are voices.toml; did you mean voices.toml?"),
    Kind(
        "not TOML",
        voice_toml('frontend.branch = "main'),
        "line 6 is not TOML (illegal character '\\n'); a line is key = value, with text, dates and times in quotes; "
        "correct it at column 24",
    ),
)
COMMANDS: dict[str, tuple[int, Callable[[str], tuple[str, ...]]]] = {
    "app.py": (2, lambda asked: ("env", f"CDK_CONTEXT_JSON={_context(asked)}", ".venv/bin/python", "app.py")),
    "cdk synth": (1, lambda asked: (*CDK, "synth", "--quiet", "--context", f"environment={asked}")),
    "make synth": (2, lambda asked: ("make", "synth", f"ENV={asked}")),
}
WHILE_DEFINED = {
    "more holidays than AWS keeps": (
        voice_toml(f"schedule.holidays = {WEDNESDAYS}\n{weekday(window())}"),
        "schedule.holidays is 200 days; agent needs 203 scheduled actions, AWS keeps 200; "
        "name fewer holidays, such as this year's only, or fewer windows",
    ),
    "no egress": (
        voice_toml("media.egress.tasks.min = 0"),
        "media.egress.tasks.min is 0; egress may have 0 tasks but needs 1; raise it",
    ),
    "no egress in a window": (
        voice_toml(weekday(window(tasks="egress = { min = 0, max = 2 }"))),
        'schedule.weekday["peak"].tasks.egress.min is 0; egress may have 0 tasks but needs 1; raise it',
    ),
}


def app_py(asked: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[object, str]:
    """Run `app.py` as the CDK CLI does; answer its exit code and all that it wrote."""
    monkeypatch.setenv("CDK_CONTEXT_JSON", _context(asked))
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(APP), run_name="__main__")
    captured = capfd.readouterr()
    return ended.value.code, captured.out + captured.err


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_app_py_prints_one_message_and_ends_with_code_2(
    mistake: Mistake, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trace of our own code says nothing about the file."""
    asked = mistake.argument(tmp_path)
    with pytest.raises(ConfigError) as caught:
        load(asked)

    code, said = app_py(asked, capfd, monkeypatch)

    assert code == 2
    assert said == f"{caught.value}\n"


def test_the_mistakes_are_more_than_forty() -> None:
    """Forty were asked for."""
    assert len({mistake.name for mistake in MISTAKES}) >= 40


@pytest.mark.parametrize(("text", "message"), WHILE_DEFINED.values(), ids=WHILE_DEFINED)
def test_what_only_the_stacks_find_is_a_message_too(
    text: str, message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody should have to know which of our packages refused."""
    asked = write(tmp_path, text)

    code, said = app_py(asked, capfd, monkeypatch)

    assert code == 2
    assert said == f"{asked}: {message}\n"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("command", COMMANDS)
def test_each_kind_is_one_message_in_every_command(command: str, kind: Kind, tmp_path: Path, clone: Clone) -> None:
    """CDK and make add a line of theirs; ours is there once, and is the first."""
    asked, message = kind.place(tmp_path)
    code, arguments = COMMANDS[command]

    ended = clone.run(*arguments(asked))

    assert ended.code == code
    assert ended.out == ""
    assert ended.err.startswith(f"{message}\n")
    assert ended.err.count(message) == 1
    assert "Traceback" not in ended.err


def test_a_copy_without_git_is_one_message(clone: Clone) -> None:
    """An archive of the repository has no commits to name images by."""
    _, arguments = COMMANDS["cdk synth"]

    ended = clone.run(*arguments("prod"), GIT_DIR="/nonexistent")

    assert ended.code == 1
    assert ended.err.count("prod.toml") == 1
    assert ended.err.startswith(
        "config/environments/prod.toml: delivery.image_tags.guardian is not set; it defaults to sha- and the "
        "commit, but git shows no commit of this copy; clone it with git, or set it to a tag that is in ECR\n"
    )
    assert "Traceback" not in ended.err


def _context(asked: str) -> str:
    return json.dumps({"environment": asked})
