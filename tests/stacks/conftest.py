"""Environments that are not shipped, each synthesized once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import alone
from tests.synthesis import Syntheses, Synthesis

Elsewhere = Callable[[str], Synthesis]

PLACES = {file.stem: file for file in sorted((Path(__file__).parent / "places").glob("*.toml"))}


@pytest.fixture(scope="session")
def elsewhere(syntheses: Syntheses) -> Elsewhere:
    """Answer the synthesis of one of `places/`."""
    return lambda name: syntheses.reviewed(str(PLACES[name]))


@pytest.fixture(scope="session", params=alone(PLACES))
def place(request: pytest.FixtureRequest, elsewhere: Elsewhere) -> Synthesis:
    """Each of `places/` in turn."""
    return elsewhere(request.param)
