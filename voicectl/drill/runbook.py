"""What an alarm's page says to do."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from voicectl.toolchain import ROOT

STEPS: Final = ("Checks", "Actions", "Over when")


def steps_of(runbook: str, *, root: Path = ROOT) -> str:
    """Answer the checks, the actions and how to know that it is over, as they stand in the page; empty without one.

    Args:
        runbook: Its path in the repository, as alarms name it.
    """
    if not (root / runbook).is_file():
        return ""
    sections = sections_of(runbook, root=root)
    return "\n\n".join(f"{step}\n{sections[step].strip()}" for step in STEPS if step in sections)


def title_of(runbook: str) -> str:
    """Answer, in a few words, what is wrong."""
    return (ROOT / runbook).read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def sections_of(runbook: str, *, root: Path = ROOT) -> Mapping[str, str]:
    """Answer a page's sections by their headings, in its order."""
    _, *parts = re.split(r"^## (.+)\n", (root / runbook).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))
