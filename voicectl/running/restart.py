"""One process begun anew, whatever it is doing: the laptop's `aws ecs update-service --force-new-deployment`."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Final

from voicectl.running.errors import NotBack, ProcessUnknown
from voicectl.up.process import Status
from voicectl.up.state import ProcessState, Running, running_platform

GRACE_SECONDS: Final = 5.0  # then it is killed: whoever restarts it does not trust it any more
BACK_SECONDS: Final = 120.0
POLL_SECONDS: Final = 0.1


def process_of(running: Running, name: str) -> ProcessState:
    """Answer one process of the platform.

    Raises:
        ProcessUnknown: There is none of that name.
    """
    found = next((each for each in running.processes if each.name == name), None)
    if found is None:
        raise ProcessUnknown(
            f"there is no process {name}; there are {', '.join(each.name for each in running.processes)}"
        )
    return found


def restart(folder: Path, name: str) -> float:
    """End a process, by force if it does not end by itself, and wait until `voicectl up` has it ready again.

    Args:
        folder: The state folder.

    Returns:
        Seconds until it was ready.

    Raises:
        ProcessUnknown: There is none of that name, or nothing runs under it now.
        NotBack: It is not ready in two minutes.
        NotRunning: The platform does not run, or stopped meanwhile.
    """
    before = process_of(running_platform(folder).running, name)
    if not before.pid:
        raise ProcessUnknown(f"{name} does not run: it is {before.status}")
    began = time.monotonic()
    _end(before.pid)
    while time.monotonic() < began + BACK_SECONDS:
        now = process_of(running_platform(folder).running, name)
        if now.pid not in (0, before.pid) and now.status is Status.READY:
            return time.monotonic() - began
        Event().wait(POLL_SECONDS)
    raise NotBack(f"{name} is {now.status} after {BACK_SECONDS:g} s; its log is {now.log}")


def _end(pid: int) -> None:
    """Ask the first process, then kill its group; `voicectl up` sees either."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline:
            os.kill(pid, 0)
            Event().wait(POLL_SECONDS)
        os.killpg(pid, signal.SIGKILL)
