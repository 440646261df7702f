"""A rehearsal begins only where it can show something."""

import fcntl
from pathlib import Path

import pytest
from rich.console import Console

from voicectl.drill.errors import AnotherUnderWay
from voicectl.drill.laptop.run import LOCK, rehearse
from voicectl.drill.laptop.scenarios import SCENARIOS
from voicectl.up.errors import NotRunning


def test_two_at_once_are_one_too_many(tmp_path: Path) -> None:
    """Each would take the other's doing for a fault of the page."""
    with (tmp_path / LOCK).open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        with pytest.raises(AnotherUnderWay, match="another drill is under way"):
            rehearse(tmp_path, SCENARIOS[0], by_hand=False, console=Console())


def test_without_a_platform_nothing_is_done(tmp_path: Path) -> None:
    """And the next one is not kept out."""
    for _ in range(2):
        with pytest.raises(NotRunning):
            rehearse(tmp_path, SCENARIOS[0], by_hand=False, console=Console())
