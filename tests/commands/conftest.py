"""One bare machine and one clean clone for each worker."""

import pytest

from tests.commands.clone import Clone, Machine


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """Nothing but Python 3.11, git and make; nobody is signed in to AWS."""
    return Machine.bare(tmp_path_factory.mktemp("machine"))


@pytest.fixture(scope="session")
def clone(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A fresh clone on it."""
    return Clone.of_this_copy(machine, tmp_path_factory.mktemp("voiceplane"))
