"""A page's blocks are run by bash itself, with programs that only write down how they were called."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

REAL: Final = ("date", "grep", "tr", "cat", "rm")
RECORDED: Final = ("aws", "voicectl", "curl", "sleep")
ANSWER: Final = "Complete"  # of every program, unless SILENT is set; it also ends whatever waits for a query
IN_FORCE: Final = "2\\t40"  # a service's floor and ceiling, unless BOUNDS says otherwise
NOTE: Final = """#!{bash}
printf '%s\\0' {program} "$@" END >> "$RECORD" # in one piece: two may run at once
[ -z "${{SILENT:-}}" ] || exit 0
case "$*" in
  *describe-scalable-targets*) printf '%b\\n' "${{BOUNDS-{bounds}}}" ;;
  *) echo {answer} ;;
esac
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
        self._folder, self._bash, self._scripts = folder, str(shutil.which("bash")), 0
        for program in RECORDED:
            file = folder / program
            file.write_text(NOTE.format(bash=self._bash, program=program, answer=ANSWER, bounds=IN_FORCE))
            file.chmod(0o755)
        for program in REAL:
            (folder / program).symlink_to(str(shutil.which(program)))

    def run(self, script: str, variables: Mapping[str, str]) -> Ran:
        """Run a script in which an unset variable, an unknown program or a failing command is an error."""
        # One for each script: what runs in its background may write when the next one has begun.
        self._scripts += 1
        record = self._folder / f"record-{self._scripts}"
        record.touch()
        ended = subprocess.run(
            [self._bash, "-euo", "pipefail"],
            input=script,
            env={"PATH": str(self._folder), "RECORD": str(record), **variables},
            capture_output=True,
            text=True,
            timeout=60,
            cwd=self._folder,
            check=False,
        )
        complaint = ended.stderr or (f"ended with {ended.returncode}" if ended.returncode else "")
        calls = os.fsdecode(record.read_bytes()).split("\0END\0")[:-1]
        return Ran([call.split("\0") for call in calls], complaint)
