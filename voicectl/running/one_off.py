"""A module with a process's own variables: the laptop's `aws ecs run-task` with another command."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from voicectl.running.errors import ProcessUnknown
from voicectl.up.backing import backing
from voicectl.up.platform import Place, processes
from voicectl.up.state import ROOT, State, running_platform


def environment_of(folder: Path, name: str) -> Mapping[str, str]:
    """Answer the variables that `voicectl up` gives a process, secrets in the clear.

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
    )
    known = {each.name: each.environment for each in processes(place)}
    if name not in known:
        raise ProcessUnknown(f"there is no process {name}; there are {', '.join(known)}")
    return known[name]


def run(folder: Path, name: str, module: str, arguments: Sequence[str]) -> int:
    """Run a module to its end beside the platform, and answer its exit code. Errors as in `environment_of`."""
    environment = environment_of(folder, name)
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, env=environment, check=False).returncode
