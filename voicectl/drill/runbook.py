"""What an alarm's page says to do: the sections that a drill prints."""

import re
from pathlib import Path
from typing import Final

from voicectl.toolchain import ROOT

STEPS: Final = ("Checks", "Actions", "Over when")


def steps_of(runbook: str, *, root: Path = ROOT) -> str:
    """Answer the checks, the actions and how to know that it is over, as they stand in the page; empty without one.

    Args:
        runbook: Its path in the repository, as alarms name it.
    """
    page = root / runbook
    if not page.is_file():
        return ""
    parts = re.split(r"^## (.+)\n", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    return "\n\n".join(f"{step}\n{sections[step].strip()}" for step in STEPS if step in sections)
