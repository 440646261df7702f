"""The page of drills: a restore is done twice a year by somebody who has forgotten how, so its commands must work."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.commands.markdown import blocks
from tests.operations.shell import Ran, Shell
from tests.operations.test_runbooks import run, wrong
from voicectl.drill.rehearsals import read

PAGE = Path(__file__).parents[2] / "docs" / "drills.md"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Every block, from the top to the bottom."""
    return run(Shell(tmp_path_factory.mktemp("shell")), "\n".join(blocks(PAGE.read_text(), "sh")))


def test_every_command_works(ran: Ran) -> None:
    """By the models of the AWS CLI, and by our own parser."""
    assert ran.complaint == ""
    assert [fault for call in ran.calls for fault in wrong(call)] == []


def test_the_task_is_told_to_compare(ran: Ran) -> None:
    """Its command is JSON made by a shell, which is easily made wrong; the migration itself must not run."""
    [task] = [call for call in ran.calls if call[1:3] == ["ecs", "run-task"]]
    [overrides] = json.loads(task[task.index("--overrides") + 1])["containerOverrides"]

    network = json.loads(task[task.index("--network-configuration") + 1])["awsvpcConfiguration"]
    assert network.keys() == {"subnets", "securityGroups"}
    assert overrides["name"] == "migration"
    assert overrides["command"][:4] == ["python", "-m", "control_plane.compare", "--copy"]


def test_only_the_copy_is_deleted(ran: Ran) -> None:
    """The name is made here, and is none that the platform gives."""
    [deleted] = [call for call in ran.calls if call[1:3] == ["rds", "delete-db-instance"]]

    assert deleted[deleted.index("--db-instance-identifier") + 1].startswith("voiceplane-prod-restore-drill-")


def test_the_entry_that_it_shows_is_one(tmp_path: Path) -> None:
    """What people copy must be read."""
    [entry] = blocks(PAGE.read_text(), "toml")
    file = tmp_path / "prod.toml"
    file.write_text(entry)

    assert tomllib.loads(entry)["restored"]
    assert read(file).last_restored is not None
