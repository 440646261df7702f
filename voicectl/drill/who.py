"""Who rehearses: a name for the record."""

import subprocess
from typing import Final

from voicectl.drill.errors import WhoUnknown
from voicectl.toolchain import ROOT

GIT_SECONDS: Final = 30


def who(given: str) -> str:
    """Answer the name that was given, or else the one that commits are made with.

    Raises:
        WhoUnknown: There is neither.
    """
    name = given.strip() or _committer()
    if not name:
        raise WhoUnknown("git has no user.name, and a rehearsal is somebody's; name yourself with --by")
    return name


def _committer() -> str:
    try:
        asked = subprocess.run(
            ["git", "config", "user.name"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=GIT_SECONDS
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip()
