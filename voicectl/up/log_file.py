"""The log of one process: a file that does not grow for ever, and its last line for the screen."""

import json
import re
from collections import deque
from io import FileIO
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 4 * 1024 * 1024  # then it becomes `.1` and a new one begins: at most twice this a process
LINES_KEPT: Final = 20
LINE_CHARACTERS: Final = 400
ANSI: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class LogFile:
    """What one process says, over all its restarts."""

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES) -> None:
        """Append to a file that only its owner may read: a traceback may hold anything."""
        self.path, self._most_bytes = path, most_bytes
        self._lines: deque[str] = deque(maxlen=LINES_KEPT)
        self._partial = b""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = _private(path)
        self._size = path.stat().st_size

    def write(self, said: bytes) -> None:
        """Take what the process wrote, whole lines or not."""
        if self._size + len(said) > self._most_bytes and self._size:
            self._turn_over()
        self._file.write(said)
        self._size += len(said)
        *whole, self._partial = (self._partial + said).split(b"\n")
        self._partial = self._partial[-LINE_CHARACTERS:]
        self._lines.extend(_clean(line) for line in whole if line.strip())

    def note(self, line: str) -> None:
        """Write a line of ours between those of the process."""
        self.write(f"--- {line}\n".encode())

    @property
    def last_line(self) -> str:
        """What it said last, readable; empty while it has said nothing."""
        said = [line for line in self._lines if not line.startswith("--- ")]
        return readable(said[-1]) if said else ""

    def last_lines(self) -> list[str]:
        """The last lines as they are in the file, without colours."""
        return list(self._lines)

    def close(self) -> None:
        """Write no more."""
        self._file.close()

    def _turn_over(self) -> None:
        self._file.close()
        self.path.replace(self.path.with_suffix(f"{self.path.suffix}.1"))
        self._file = _private(self.path)
        self._size = 0


def readable(line: str) -> str:
    """Say a line of JSON as a person would: level and event; any other line as it is."""
    if not line.startswith("{"):
        return line
    try:
        entry = json.loads(line)
    except ValueError:
        return line
    event, level = entry.get("event"), str(entry.get("level", "")).lower()
    if not isinstance(event, str):
        return line
    return event if level in ("", "info", "debug") else f"{level}: {event}"


def _private(path: Path) -> FileIO:
    path.touch(mode=0o600)
    return path.open("ab", buffering=0)


def _clean(line: bytes) -> str:
    return ANSI.sub("", line.decode(errors="replace")).strip()[:LINE_CHARACTERS]
