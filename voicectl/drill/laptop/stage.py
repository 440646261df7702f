"""What a cause works on: the platform that runs here."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Final

from voicectl.call.api import Api
from voicectl.drill.errors import NotCaused
from voicectl.running.restart import process_of
from voicectl.up.state import VARIABLE, Platform, Running, running_platform

POLL_SECONDS: Final = 0.2


@dataclass(frozen=True)
class Stage:
    """A platform under rehearsal.

    Attributes:
        folder: Its state folder.
        threshold: Of the alarm that is to go on; None for a composite one.
    """

    folder: Path
    threshold: float | None = None

    @property
    def platform(self) -> Platform:
        """As it is now.

        Raises:
            NotRunning: It stopped.
        """
        return running_platform(self.folder)

    @property
    def running(self) -> Running:
        """Its processes and addresses, as they are now."""
        return self.platform.running

    def pid_of(self, process: str) -> int:
        """Of one that runs.

        Raises:
            NotCaused: It does not run, so nothing can happen to it.
        """
        found = process_of(self.running, process)
        if not found.pid:
            raise NotCaused(f"{process} does not run ({found.status}); look at `voicectl status`")
        return found.pid

    def api(self) -> Api:
        """A client of the control plane."""
        platform = self.platform
        return Api(platform.running.addresses.api, key=platform.keys.api_key.get_secret_value())


def wait_until(holds: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Look until something holds.

    Raises:
        NotCaused: It does not in time.
    """
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise NotCaused(f"{what} did not come about in {seconds:g} s; look at `voicectl status`")
        Event().wait(POLL_SECONDS)


def with_commands(folder: Path) -> dict[str, str]:
    """The person's variables, with `voicectl` found and this platform meant by it."""
    here = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": f"{here}:{os.environ.get('PATH', '')}", VARIABLE: str(folder)}
