"""The processes of the running platform, as its state file tells."""

from collections.abc import Mapping
from pathlib import Path

from voicectl.up.process import Status
from voicectl.up.state import FILE, ProcessState, State


class Here:
    """What there is to measure on this machine.

    Attributes:
        folder: The state folder.
    """

    def __init__(self, folder: Path) -> None:
        """Nobody was seen yet."""
        self.folder = folder
        self._rows: Mapping[str, ProcessState] = {}
        self._read_at = 0
        self._were_ready = set[str]()

    def process(self, name: str) -> ProcessState | None:
        """Answer how a process does; None until it is ready for the first time, because it is only being deployed."""
        changed_at = (self.folder / FILE).stat().st_mtime_ns
        if changed_at != self._read_at:
            self._read(changed_at)
        return self._rows.get(name) if name in self._were_ready else None

    def _read(self, changed_at: int) -> None:
        running = State.read(self.folder).running
        self._rows, self._read_at = {each.name: each for each in running.processes} if running else {}, changed_at
        self._were_ready |= {name for name, each in self._rows.items() if each.status is Status.READY}
