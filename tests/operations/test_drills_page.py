"""The page of drills: they are done twice a year by somebody who has forgotten how, so its commands must work."""

from pathlib import Path

import pytest

from tests.commands.markdown import blocks
from tests.operations.shell import Ran, Shell
from tests.operations.test_runbooks import run, wrong

PAGE = Path(__file__).parents[2] / "docs" / "drills.md"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Every block, from the top to the bottom."""
    return run(Shell(tmp_path_factory.mktemp("shell")), "\n".join(blocks(PAGE.read_text(), "sh")))


def test_every_command_works(ran: Ran) -> None:
    """By the models of the AWS CLI, and by our own parser."""
    assert ran.complaint == ""
    assert [fault for call in ran.calls for fault in wrong(call)] == []
