"""A runbook as a drill uses it: what to do on a laptop, in the order of the page."""

import re
from typing import Final, NamedTuple

from voicectl.drill.runbook import sections_of, title_of

ON_A_LAPTOP: Final = re.compile(r"^On a laptop[^`]*?:\n\n```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Page(NamedTuple):
    """What a page says.

    Attributes:
        title: In a few words, what is wrong.
        checks: Commands for a laptop; empty where the page has none there.
        actions: The same.
    """

    title: str
    checks: str
    actions: str


def read_page(runbook: str) -> Page:
    """Read a runbook by the path that alarms name."""
    sections = sections_of(runbook)
    checks, actions = ("\n".join(ON_A_LAPTOP.findall(sections[name])) for name in ("Checks", "Actions"))
    return Page(title_of(runbook), checks, actions)
