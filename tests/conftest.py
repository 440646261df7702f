"""No test knows an AWS account; every environment is synthesized once in a test run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import voice_constructs  # noqa: F401  before any test imports aws_cdk: it names the Node that jsii runs on

if TYPE_CHECKING:  # the CDK takes a second to import, which tests without templates need not wait for
    from _pytest.mark.structures import ParameterSet

    from tests.synthesis import Syntheses, Synthesis
    from voicectl.review.templates import Assembly

pytest_plugins = ["tests.platform.fixtures"]

NOWHERE = "/nonexistent/by-tests"
TOLD = "told"  # record_property(TOLD, line) shows the line at the end of the run


def pytest_configure() -> None:
    """Forget the account, region and role of whoever runs the tests, before anything can read them."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "CDK_"))]:
        del os.environ[name]
    os.environ.update(AWS_CONFIG_FILE=NOWHERE, AWS_SHARED_CREDENTIALS_FILE=NOWHERE, AWS_EC2_METADATA_DISABLED="true")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what tests were asked to tell people."""
    lines = {
        str(value)
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == TOLD
    }
    for line in sorted(lines):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def syntheses(tmp_path_factory: pytest.TempPathFactory) -> Syntheses:
    """Every synthesis of this run, shared by its workers."""
    from tests.synthesis import Syntheses

    base = tmp_path_factory.getbasetemp()
    shelf = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "syntheses"
    shelf.mkdir(exist_ok=True)
    return Syntheses(Path(shelf))


def alone(names: Iterable[str]) -> list[ParameterSet]:
    """Parameters of a fixture, the tests of each in one worker: two would wait for the same synthesis."""
    return [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in names]


@pytest.fixture(scope="session", params=alone(["dev", "staging", "prod"]))
def synthesis(request: pytest.FixtureRequest, syntheses: Syntheses) -> Synthesis:
    """Each shipped environment in turn."""
    return syntheses.reviewed(request.param)


@pytest.fixture(scope="session")
def assembly(synthesis: Synthesis) -> Assembly:
    """The templates of each shipped environment in turn."""
    return synthesis.assembly


@pytest.fixture(scope="session")
def prod(syntheses: Syntheses) -> Synthesis:
    """The production environment."""
    return syntheses.reviewed("prod")
