"""A fresh clone becomes templates and a page about them, with Python 3.11, git and make, or as CDK users do it."""

import json
from pathlib import Path

import pytest

from tests.commands.clone import CDK, ROOT, Clone, Ended, Machine
from tests.commands.conftest import Documented
from tests.config.files import voice_toml, write
from voicectl.review.templates import read_assembly

SYNTHS = ("make synth ENV=prod", "npx cdk synth -c environment=prod")  # as README.md has them
STACKS = ("network", "delivery", "data", "media", "agents", "control-plane", "frontend", "operations")
REVIEW = (
    "services",
    "│ livekit ",
    "│ celery-notifications ",
    "average SessionUtilization ≥ 70 for 60 s",
    "schedules, America/New_York",
    "open to the world",
    "50000–60000",
    " resources\n",
    "voiceplane-prod-control-plane\n",
    "the timing budget:",
)


def stacks_in(folder: Path) -> list[str]:
    """The stacks that a cloud assembly has templates of."""
    return [stack.name for stack in read_assembly(folder).stacks if stack.template["Resources"]]


def test_the_machine_knows_neither_account_nor_docker(clone: Clone) -> None:
    """What follows shows nothing on a machine that is signed in."""
    seen = clone.run("env")
    found = clone.run("bash", "-c", "type -P aws docker node npx pip python3.11; test -e ~/.aws || echo nobody")

    variables = {line.partition("=")[0] for line in seen.out.splitlines()}
    assert variables == {"PATH", "HOME"}
    assert found.out == f"{clone.machine.folder}/bin/python3.11\nnobody\n"


@pytest.mark.parametrize("line", SYNTHS)
def test_synth_writes_every_stack_and_make_ends_with_the_review(
    line: str, documented: Documented, clone: Clone
) -> None:
    """Ours is the first; CDK users type the second, with no virtual environment active."""
    ended = documented(line)

    assert ended.code == 0, ended.said
    assert stacks_in(clone.folder / "cdk.out") == [f"voiceplane-prod-{name}" for name in STACKS]
    assert [part for part in REVIEW if part not in ended.out] == ([] if line.startswith("make ") else list(REVIEW))


def test_production_is_what_make_synthesizes_unless_told(clone: Clone) -> None:
    """Nobody reviews dev by mistake."""
    ended = clone.run("make", "--dry-run", "synth")

    assert "--context 'environment=prod' " in ended.out


def test_make_synth_takes_a_file_and_may_be_called_from_anywhere(machine: Machine, tmp_path: Path) -> None:
    """Environment files may live in a repository of their own."""
    asked = write(tmp_path, voice_toml("frontend.enabled = false"), name="elsewhere.toml")
    clone = Clone.of_this_copy(machine, tmp_path / "clone")

    ended = machine.run("make", "-C", str(clone.folder), "synth", f"ENV={asked}", cwd=tmp_path)

    assert ended.code == 0, ended.said
    assert stacks_in(clone.folder / "cdk.out") == [
        f"voiceplane-elsewhere-{name}" for name in STACKS if name != "frontend"
    ]
    assert "open to the world" in ended.out


def test_cdk_list_shows_the_stacks_of_dev_in_order(clone: Clone, tmp_path: Path) -> None:
    """Who types nothing else does not get production; nothing is looked up, and `.venv` need not be active."""
    ended = clone.run(*CDK, "list", "--output", str(tmp_path))

    assert ended.code == 0, ended.said
    assert ended.out.split() == [f"voiceplane-dev-{name}" for name in STACKS]
    assert stacks_in(tmp_path) == ended.out.split()
    assert "missing" not in json.loads((tmp_path / "manifest.json").read_text())


def test_make_without_a_target_lists_each(clone: Clone) -> None:
    """Nobody reads a Makefile to learn what there is."""
    rules = [line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith(".PHONY:")]
    targets = set(rules[0].split()[1:]) - {"setup"}  # which all the others call

    ended: Ended = clone.run("make")

    assert ended.code == 0
    assert {line.split()[0] for line in ended.out.splitlines()} == targets
    assert len(targets) >= 9


def test_a_path_with_a_space_is_one_path(machine: Machine, clone: Clone, tmp_path: Path) -> None:
    """Make and the shell would make two of it."""
    asked = write(tmp_path, "", name="my own.toml")

    ended = machine.run("make", "-C", str(clone.folder), "synth", f"ENV={asked}", cwd=tmp_path)

    assert ended.err.startswith(f"{asked}: ")
