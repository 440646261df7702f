"""The call that the README tells people to place works as it stands there."""

import shlex

from tests.commands.test_readme import RUN_BY_FLOWS, text_of
from tests.flows.conftest import RunningPlatform


def test_the_readmes_call_shows_turns_and_the_record(platform: RunningPlatform) -> None:
    """The first thing that a person does after `make up`."""
    [line] = RUN_BY_FLOWS

    placed = platform.run(*shlex.split(line))

    assert line in text_of("README.md")
    assert placed.returncode == 0, placed.stdout + placed.stderr
    assert " agent  Hello, this is Joe" in placed.stdout
    assert "after " in placed.stdout
    assert "completed" in placed.stdout
    assert "/call.mp4" in placed.stdout
