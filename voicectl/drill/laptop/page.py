"""A runbook as a drill uses it: what to do on a laptop, in the order of the page."""

import re
from pathlib import Path
from typing import Final, NamedTuple

from voicectl.toolchain import ROOT

SECTIONS: Final = ("Checks", "Actions")
ON_A_LAPTOP: Final = re.compile(r"^On a laptop[^`]*?:\n\n```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Page(NamedTuple):
    """What a page says.

    Attributes:
        title: In a few words, what is wrong.
        steps: Commands for a laptop by section; empty where the page has none there.
    """

    title: str
    steps: dict[str, str]


def read_page(path: str) -> Page:
    """Read a runbook by the path that alarms name."""
    text = Path(ROOT, path).read_text()
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    steps = {name: "\n".join(ON_A_LAPTOP.findall(sections.get(name, ""))) for name in SECTIONS}
    return Page(parts[0].splitlines()[0].removeprefix("# "), steps)
