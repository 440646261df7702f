"""One bare machine and one clean clone for each worker."""

from collections.abc import Callable

import pytest

from tests.commands.clone import Clone, Ended, Machine

ORIGIN = "https://github.com/example/voiceplane"
Documented = Callable[[str], Ended]


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """Nothing but Python 3.11, git and make; nobody is signed in to AWS."""
    return Machine.bare(tmp_path_factory.mktemp("machine"))


@pytest.fixture(scope="session")
def clone(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A fresh clone on it."""
    return Clone.of_this_copy(machine, tmp_path_factory.mktemp("voiceplane"))


@pytest.fixture(scope="session")
def documented(clone: Clone, tmp_path_factory: pytest.TempPathFactory) -> Documented:
    """Run a line of our documentation in the clone as it stands there.

    Nothing is installed: pip and npm find everything there. `git clone` comes from this copy, to another folder.
    """
    paths = {"pip": [str(clone.folder / ".venv" / "bin")], "npm": [clone.machine.node], "npx": [clone.machine.node]}
    folders = {"git": tmp_path_factory.mktemp("cloned")}
    variables = {
        "PIP_NO_INDEX": "1",
        "npm_config_dry_run": "true",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{clone.folder}.insteadOf",
        "GIT_CONFIG_VALUE_0": ORIGIN,
    }

    def run(line: str) -> Ended:
        program = line.partition(" ")[0]
        folder = folders.get(program, clone.folder)
        return clone.machine.run("bash", "-c", line, cwd=folder, path=paths.get(program, ()), **variables)

    return run
