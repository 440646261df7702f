"""What hangs is alive and does nothing; afterwards it goes on as if nothing had been, or is no more."""

import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

import psutil
import pytest

from tests.platform.waiting import wait_until
from voicectl.drill.laptop.causes.hanging import frozen

PARENT = "import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid, flush=True); sys.stdin.read()"


class Family(NamedTuple):
    """A process and the one that it started."""

    parent: psutil.Process
    child: psutil.Process


@pytest.fixture
def family() -> Iterator[Family]:
    """Both run."""
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as it:
        assert it.stdout is not None
        family = Family(psutil.Process(it.pid), psutil.Process(int(it.stdout.readline())))
        yield family
        for each in reversed(family):
            if each.is_running():
                each.kill()


def test_all_of_it_hangs_and_all_of_it_goes_on(family: Family) -> None:
    """A pool's master that hangs while its children work is another fault."""
    with frozen(family.parent.pid):
        wait_until(lambda: {each.status() for each in family} == {psutil.STATUS_STOPPED}, what="stopped", seconds=5)

    assert psutil.STATUS_STOPPED not in {each.status() for each in family}


def test_who_was_killed_meanwhile_is_left_in_peace(family: Family) -> None:
    """The runbook's action is just that."""
    with frozen(family.parent.pid):
        family.child.kill()

    assert family.parent.status() != psutil.STATUS_STOPPED
