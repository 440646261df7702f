"""All looks at once; they wait for programs more than they work, so they run side by side."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from voicectl.doctor import hardware, running, software
from voicectl.doctor.finding import Finding, Machine

Look = Callable[[Machine], Finding]
LOOKS: Final[tuple[Look, ...]] = (*hardware.LOOKS, *software.LOOKS, *running.LOOKS)


def examine(machine: Machine) -> list[Finding]:
    """Answer what was found, in the order of the looks."""
    with ThreadPoolExecutor(max_workers=len(LOOKS)) as pool:
        return list(pool.map(lambda look: look(machine), LOOKS))
