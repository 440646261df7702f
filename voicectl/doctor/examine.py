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


def examine_environment(name: str, machine: Machine) -> list[Finding]:
    """Answer what was found of an environment: its file, its templates, and the account if somebody is signed in.

    Raises:
        ConfigError: The file has a mistake.
        ReviewRefused: It could not be synthesized.
    """
    from config.load import load
    from voicectl.doctor import environment
    from voicectl.doctor.account import account_findings
    from voicectl.review.sides import synthesized

    target = environment.Target(name, machine, load(name), synthesized(name))
    return [*(look(target) for look in environment.LOOKS), *account_findings(target)]
