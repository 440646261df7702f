"""A page's blocks are run by bash itself, with programs that only write down how they were called."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

REAL: Final = ("date", "grep", "tr", "cat")
RECORDED: Final = ("aws", "voicectl", "curl", "sleep")
ANSWER: Final = "Complete"  # of every program; it also ends whatever waits for a query
NOTE: Final = """#!{bash}
{{ printf '%s\\0' {program} "$@"; printf '\\1\\0'; }} >> "$RECORD"
echo {answer}
"""


class Ran(NamedTuple):
    """What became of a script.

    Attributes:
        calls: Programs with their arguments, as they were called.
        complaint: What bash said; empty when all was well.
    """

    calls: list[list[str]]
    complaint: str


class Shell:
    """A machine on which nothing happens."""

    def __init__(self, folder: Path) -> None:
        """Make it."""
        self._folder, self._bash = folder, str(shutil.which("bash"))
        for program in RECORDED:
            file = folder / program
            file.write_text(NOTE.format(bash=self._bash, program=program, answer=ANSWER))
            file.chmod(0o755)
        for program in REAL:
            (folder / program).symlink_to(str(shutil.which(program)))

    def run(self, script: str, variables: Mapping[str, str]) -> Ran:
        """Run a script in which an unset variable, an unknown program or a failing command is an error."""
        record = self._folder / "record"
        record.write_bytes(b"")
        ended = subprocess.run(
            [self._bash, "-euo", "pipefail"],
            input=script,
            env={"PATH": str(self._folder), "RECORD": str(record), **variables},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        complaint = ended.stderr or (f"ended with {ended.returncode}" if ended.returncode else "")
        lines = os.fsdecode(record.read_bytes()).split("\1\0")[:-1]
        return Ran([line.split("\0")[:-1] for line in lines], complaint)
