"""How a process of ours begins: it reads its variables, or says which are wrong and ends."""

import os
import signal
import sys
from typing import Final, NoReturn, TypeVar

from contract.environment import EnvironmentUnreadable, ProcessEnv
from runtime.kit import logs

Environment = TypeVar("Environment", bound=ProcessEnv)
WRONG_VARIABLES: Final = 2


def begin(kind: type[Environment]) -> Environment:
    """Answer the process's variables, with logs set up as they say; exits with 2 and one line when they do not fit."""
    end_when_told()
    try:
        environment = kind.read(os.environ)
    except EnvironmentUnreadable as unreadable:
        sys.stderr.write(f"{unreadable}\n")
        sys.exit(WRONG_VARIABLES)
    logs.configure(environment)
    return environment


def end_when_told() -> None:
    """End on SIGTERM, until the process has its own way to; before anything that takes long to load.

    The first process of a container is not ended by a signal that it does not handle: without this, one that is told
    to stop while it loads goes on until it is killed. Not for a migration: one that was stopped has not succeeded.
    """
    signal.signal(signal.SIGTERM, _leave)


def _leave(*_: object) -> NoReturn:
    sys.exit(0)
