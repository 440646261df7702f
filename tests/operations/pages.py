"""The runbooks as a reader sees them: sections, blocks of shell, the time they take."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.commands.markdown import blocks

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "docs" / "runbooks"
FIRST: Final = FOLDER / "first.sh"
PLACE: Final = {"ENV": "prod", "DOMAIN": "voice.example.com", "AWS_REGION": "us-east-1"}
SECTIONS: Final = ("What is seen", "What it means", "Checks", "Actions", "Over when")
TAKES: Final = re.compile(r"^Takes (\d+) minutes\. \[Set up the shell\]\(README\.md#first\)", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """One runbook."""

    name: str
    text: str

    @property
    def path(self) -> str:
        """As alarms name it."""
        return f"docs/runbooks/{self.name}.md"

    @property
    def sections(self) -> dict[str, str]:
        """Text by heading, in order."""
        parts = re.split(r"^## (.+)\n", self.text, flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2], strict=True))

    @property
    def minutes(self) -> int:
        """How long it says that it takes."""
        said = TAKES.search(self.text)
        return int(said[1]) if said else 0

    @property
    def shell(self) -> str:
        """Everything that is copied to a shell, in order."""
        return "\n".join(blocks(self.text, "sh"))


def pages() -> list[Page]:
    """Answer every runbook; the index is none."""
    return [Page(file.stem, file.read_text()) for file in sorted(FOLDER.glob("*.md")) if file.stem != "README"]
