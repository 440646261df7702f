"""On a terminal there is one table, redrawn in place, and the last picture stays."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SECONDS = 60.0
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
pytestmark = pytest.mark.xdist_group("up")


class Terminal:
    """A pseudo-terminal with a command in it."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        """Start the command."""
        self._ours, theirs = pty.openpty()
        variables = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        variables |= {"PYTHONPATH": str(ROOT), "VOICEPLANE_STATE": str(folder), "TERM": "xterm", "COLUMNS": "120"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "voicectl", *arguments],
            cwd=ROOT,
            env={
                **variables,
                "PYTHONPATH": str(ROOT),
                "VOICEPLANE_STATE": str(folder),
                "TERM": "xterm",
                "COLUMNS": "120",
            },
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.seen = ""

    def read_until(self, words: str) -> str:
        """Answer what was shown up to some words, without colours."""
        deadline = time.monotonic() + SECONDS
        while words not in CONTROL.sub("", self.seen):
            assert time.monotonic() < deadline, f"{words} was not shown"
            if select.select([self._ours], [], [], 1.0)[0]:
                self.seen += os.read(self._ours, 65536).decode(errors="replace")
        return CONTROL.sub("", self.seen)

    def close(self) -> None:
        """End the command, however the test went."""
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


def test_the_table_names_every_process_and_the_last_picture_stays(tmp_path: Path) -> None:
    """Whoever comes back to the window sees how it ended."""
    terminal = Terminal(tmp_path / "state", "up", "--only=valkey,page")
    try:
        shown = terminal.read_until("up in ")
        os.kill(terminal.process.pid, signal.SIGINT)
        after = terminal.read_until("stopped")
        assert terminal.process.wait(timeout=SECONDS) == 0
    finally:
        terminal.close()

    assert re.search(r"process +status +port +restarts +last line", shown)
    assert re.search(r"valkey +ready +\d{5}", shown)
    assert re.search(r"page +(ready|left out)", shown)
    assert re.search(r"valkey +stopped", after)
    assert "\x1b[" in terminal.seen
