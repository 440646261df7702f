"""A module with a process's own variables: the laptop's `aws ecs run-task` with another command."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from voicectl.running.errors import ProcessUnknown
from voicectl.up.backing import backing
from voicectl.up.platform import Place, processes
from voicectl.up.process import Process
from voicectl.up.state import ROOT, State, running_platform


def definition_of(folder: Path, name: str) -> Process:
    """Answer a process as `voicectl up` starts it; its variables have secrets in the clear.

    Raises:
        ProcessUnknown: There is none of that name.
        NotRunning: The platform does not run.
    """
    running, state = running_platform(folder).running, State.read(folder)
    place = Place(
        folder=folder,
        temporary=running.temporary,
        variables=os.environ,
        keys=state.keys,
        ports=state.ports,
        backing=backing(os.environ, keys=state.keys, ports=state.ports),
        binary=None,
        speed=running.speed,
    )
    known = {each.name: each for each in processes(place)}
    if name not in known:
        raise ProcessUnknown(f"there is no process {name}; there are {', '.join(known)}")
    return known[name]


def run(folder: Path, name: str, module: str, arguments: Sequence[str]) -> int:
    """Run a module with a process's variables to its end, and answer its exit code. Errors as in `definition_of`."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, env=definition_of(folder, name).environment, check=False).returncode
