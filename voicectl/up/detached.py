"""The platform without a terminal: started in the background, stopped from elsewhere."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Final

from voicectl.up.errors import UpError
from voicectl.up.session import Wishes
from voicectl.up.state import ROOT, State, is_locked, lock, running_platform

POLL_SECONDS: Final = 0.1
UP_SECONDS: Final = 900.0  # a slow machine's first start; the LiveKit server may have to be built
DOWN_SECONDS: Final = 60.0  # longer than the longest chain of graces
LAST_BYTES: Final = 4000


def start_detached(folder: Path, *, wishes: Wishes) -> int:
    """Start `voicectl up` in a session of its own, and wait until everything is up.

    Returns:
        0 when it is up; what it answered otherwise.

    Raises:
        UpError: A platform already runs, or this one is not up in 15 minutes.
    """
    os.close(lock(folder))  # refuses here, in the terminal of the person
    log = folder / "up.log"
    log.touch(mode=0o600)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "voicectl", "up", "--plain", *_arguments(wishes)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    print(f"starting; it says what it does in {log}", flush=True)
    deadline = time.monotonic() + UP_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        running = State.read(folder).running
        if running and running.pid == process.pid and running.processes and running.is_green:
            if running.why_no_livekit:
                print(running.why_no_livekit)
            print("up; `voicectl status` shows it, `voicectl down` stops it")
            return 0
        Event().wait(POLL_SECONDS)
    if process.returncode is None:
        raise UpError(f"not up in {UP_SECONDS:g} s; look with `voicectl status`, stop it with `voicectl down`")
    print(log.read_bytes()[-LAST_BYTES:].decode(errors="replace"), end="", file=sys.stderr)
    return process.returncode


def stop(folder: Path) -> float:
    """Stop the platform as Ctrl-C does, and wait until nothing is left; answer how long it took.

    Raises:
        NotRunning: There is none.
        UpError: Something is left after a minute, a hurry and a kill.
    """
    pid = running_platform(folder).running.pid
    began = time.monotonic()
    for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):  # its warden still holds the lock for a moment
            os.kill(pid, number)
        if _is_released(folder, seconds=DOWN_SECONDS):
            return time.monotonic() - began
    raise UpError(f"process {pid} does not end; look for what holds {folder / 'lock'}")


def _is_released(folder: Path, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_locked(folder):
        if time.monotonic() > deadline:
            return False
        Event().wait(POLL_SECONDS)
    return True


def _arguments(wishes: Wishes) -> list[str]:
    chosen = [f"--speed={wishes.speed:g}", *(f"--port={name}={at}" for name, at in wishes.fixed_ports.items())]
    if wishes.only:
        chosen.append(f"--only={','.join(wishes.only)}")
    if wishes.without:
        chosen.append(f"--without={','.join(wishes.without)}")
    return [*chosen, "--fresh"] if wishes.is_fresh else chosen
