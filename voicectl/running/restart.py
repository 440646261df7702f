"""One process begun anew, whatever it is doing: the laptop's `aws ecs update-service --force-new-deployment`."""

import signal
import time
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Final

import psutil

from voicectl.running.errors import NotBack, ProcessUnknown
from voicectl.running.one_off import definition_of
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
    _end(before.pid, asking=definition_of(folder, name).stop_signal)
    while time.monotonic() < began + BACK_SECONDS:
        now = process_of(running_platform(folder).running, name)
        if now.pid not in (0, before.pid) and now.status is Status.READY:
            return time.monotonic() - began
        Event().wait(POLL_SECONDS)
    raise NotBack(f"{name} is {now.status} after {BACK_SECONDS:g} s; its log is {now.log}")


def _end(pid: int, *, asking: signal.Signals) -> None:
    """Ask the first process, then kill it and all that it started, so that nothing holds what the next one needs.

    PostgreSQL's children each lead a group of their own, and when they hang they do not see that their parent is gone.
    """
    with suppress(psutil.NoSuchProcess):
        first = psutil.Process(pid)
        family = [first, *first.children(recursive=True)]
        first.send_signal(asking)
        _, alive = psutil.wait_procs(family, timeout=GRACE_SECONDS)
        for each in alive:
            with suppress(psutil.NoSuchProcess):
                each.kill()
