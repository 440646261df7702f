"""Both sides are what people name: an environment, a file, a folder, a commit; and nothing of the clone changes."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from tests.conftest import TOLD
from tests.synthesis import Synthesis
from voicectl.command_line import app
from voicectl.review.errors import SideUnknown, SynthesisRefused
from voicectl.review.sides import sides
from voicectl.review.synthesis import start
from voicectl.toolchain import ROOT

MOST_SECONDS: Final = 30


def git(*arguments: str) -> str:
    """Ask git about this clone."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_an_environment_is_compared_with_a_commit_and_the_clone_stays_as_it_was() -> None:
    """`git worktree` would leave a trace, a checkout would lose work; the whole command is run as a person would."""
    before = git("status", "--porcelain"), git("worktree", "list"), git("stash", "list")
    short = git("rev-parse", "HEAD").strip()[:9]

    result = CliRunner().invoke(app, ["review", "--env", "dev", "--against", "HEAD", "--markdown"])

    assert result.exit_code == 0, result.output
    assert f"against dev at HEAD ({short})" in result.output
    assert (git("status", "--porcelain"), git("worktree", "list"), git("stash", "list")) == before


@pytest.mark.xdist_group("prod")
def test_a_folder_of_templates_knows_its_environment(prod: Synthesis) -> None:
    """Compared with a commit, that commit's environment of the same name is meant."""
    with sides(folder=prod.folder, environment=None, against=str(prod.folder)) as both:
        assert both.this.assembly.environment == "prod"
        assert both.other is not None
        assert both.other.name == str(prod.folder)


@pytest.mark.xdist_group("prod")
def test_what_is_nowhere_is_refused_with_what_there_is(prod: Synthesis) -> None:
    """A name with a slip is neither an environment nor a commit."""
    with (
        pytest.raises(SideUnknown, match=r"prdo: no environment \(dev, .*prod, staging\), no folder .* no commit"),
        sides(folder=prod.folder, environment=None, against="prdo"),
    ):
        pass


def test_a_side_that_does_not_synthesize_says_so_in_its_own_words(tmp_path: Path) -> None:
    """The mistake is in that commit or file: its message is the one that helps."""
    (tmp_path / "app.py").write_text('raise SystemExit("stacks/data.py: no such thing")')

    synthesis = start("prod", out=tmp_path / "out", what="prod at 1a2b3c4", root=tmp_path)

    with pytest.raises(SynthesisRefused, match=r"prod at 1a2b3c4 does not .*\n.*no such thing\nmend it, or"):
        synthesis.assembly()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--env", "prdo"], "prdo: the environment is missing; there are dev, prod and staging; did you mean prod?"),
        (["--env", "prod", "cdk.out"], "cdk.out and --env prod are two things to review; give one of them"),
        (["--env", "prod", "--json", "--markdown"], "both print to standard output; give one of them"),
        (["nowhere"], "nowhere holds no cloud assembly; run `make synth` first"),
        (["nowhere", "--json"], "nowhere holds no cloud assembly; run `make synth` first"),
    ],
    ids=["unknown environment", "two things", "two forms", "no folder", "no folder to be compared"],
)
def test_a_mistake_is_answered_in_one_line(arguments: list[str], said: str) -> None:
    """What, why, what to do; code 2."""
    result = CliRunner().invoke(app, ["review", *arguments])

    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_mistake_in_the_environments_file_is_told_as_everywhere_else(tmp_path: Path) -> None:
    """Not as the last words of a process that nobody knows of."""
    file = tmp_path / "prod.toml"
    file.write_text((ROOT / "config/environments/prod.toml").read_text().replace("region", "regoin"))

    result = CliRunner().invoke(app, ["review", "--env", str(file)])

    assert result.exit_code == 2
    assert "regoin" in result.output
    assert "did you mean region?" in result.output
    assert "last words" not in result.output


@pytest.mark.xdist_group("prod")
def test_a_file_that_cannot_be_written_is_refused(prod: Synthesis, tmp_path: Path) -> None:
    """The folder is missing: no page is lost for want of a message."""
    target = tmp_path / "missing" / "review.html"

    result = CliRunner().invoke(app, ["review", str(prod.folder), "--html", str(target)])

    assert result.exit_code == 2
    assert f"{target} cannot be written (No such file or directory); name a file in a folder that is there" in (
        result.output
    )


def test_the_help_shows_examples() -> None:
    """The first thing that people copy."""
    result = CliRunner().invoke(app, ["review", "--help"])

    assert "voicectl review --env prod --against main" in result.output


def test_it_takes_less_than_half_a_minute(record_property: Callable[[str, object], None]) -> None:
    """From a command line to a page, with everything synthesized and reviewed on the way.

    Counted in seconds of processors: other tests run at the same time, and a quiet machine needs no longer than that.
    """
    started, spent = time.monotonic(), _processor_seconds()

    done = subprocess.run(
        [sys.executable, "-m", "voicectl", "review", "--env", "prod", "--json"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )

    spent, waited = _processor_seconds() - spent, time.monotonic() - started
    record_property(TOLD, f"voicectl review --env prod took {waited:.1f} s, {spent:.1f} s of processors")
    assert json.loads(done.stdout)["environment"] == "prod"
    assert spent < MOST_SECONDS


def _processor_seconds() -> float:
    """Of everything that this process started and saw end."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
