"""How a process of ours begins: it reads its variables, or says which are wrong and ends."""

import os
import sys
from typing import Final, TypeVar

from contract.environment import EnvironmentUnreadable, ProcessEnv
from runtime.kit import logs

Environment = TypeVar("Environment", bound=ProcessEnv)
WRONG_VARIABLES: Final = 2


def begin(kind: type[Environment]) -> Environment:
    """Answer the process's variables, with logs set up as they say; exits with 2 and one line when they do not fit."""
    try:
        environment = kind.read(os.environ)
    except EnvironmentUnreadable as unreadable:
        sys.stderr.write(f"{unreadable}\n")
        sys.exit(WRONG_VARIABLES)
    logs.configure(environment)
    return environment
