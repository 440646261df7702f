"""`voicectl images plan` and `push`, as the pipeline calls them: templates are made now, the account is asked."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.fakes.cloudformation.account import empty_account
from voicectl.command_line import app


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account with nothing in it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with empty_account():
        yield


def test_a_plan_is_a_matrix_for_github(tmp_path: Path) -> None:
    """Each image with the runner that builds it without emulation; what is copied needs no processor of its own."""
    output = tmp_path / "images.json"

    ended = CliRunner().invoke(app, ["images", "plan", "--env", "staging", "--output", str(output)])

    assert ended.exit_code == 0, ended.output
    text = output.read_text()
    rows = {row.pop("image"): row for row in json.loads(text)["include"]}
    assert text.count("\n") == 1  # $GITHUB_OUTPUT takes one line
    assert rows.keys() == {"agent", "control-plane", "gateway", "guardian", "livekit", "egress"}
    assert rows["agent"]["runner"] == "ubuntu-24.04-arm"
    assert rows["egress"]["runner"] == "ubuntu-24.04"
    assert rows["agent"]["platforms"] == "linux/arm64"
    assert rows["agent"]["target"].startswith(
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/voiceplane-staging/agent:sha-"
    )


def test_a_plan_with_nothing_in_it_is_what_the_workflow_compares_with() -> None:
    """GitHub refuses a matrix without rows, so the job is left out by this very text."""
    workflow = (Path(__file__).parents[3] / ".github" / "workflows" / "images.yml").read_text()

    assert f"needs.plan.outputs.images != '{json.dumps({'include': []}, separators=(',', ':'))}'" in workflow


@pytest.fixture
def no_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with git, which a synth asks for tags, and without Docker."""
    (tmp_path / "git").symlink_to(shutil.which("git") or "")
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("no_docker")
def test_a_dry_run_prints_the_commands_and_needs_no_docker() -> None:
    """Only those of the images that were asked for."""
    words = ["images", "push", "--env", "staging", "--image", "agent", "--image", "livekit", "--dry-run"]
    ended = CliRunner().invoke(app, words)

    assert ended.exit_code == 0, ended.output
    said = [line.split()[:4] for line in ended.output.splitlines() if line.startswith("docker")]
    assert said == [["docker", "buildx", "build", "--platform"], ["docker", "buildx", "imagetools", "create"]]


@pytest.mark.usefixtures("no_docker")
def test_without_docker_it_says_so() -> None:
    """And nothing was pushed."""
    ended = CliRunner().invoke(app, ["images", "push", "--env", "staging", "--image", "agent"])

    assert ended.exit_code == 2
    assert "docker is not on PATH" in ended.output
