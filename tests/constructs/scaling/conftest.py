"""Platforms that several files read; each is synthesized once."""

import voice_constructs  # noqa: F401, I001  chooses the Node that jsii runs, so it comes before aws_cdk

import pytest

from tests.constructs.scaling.platform import Platform, Sections


@pytest.fixture(scope="session")
def platform() -> Platform:
    """Every tier, with the defaults of its section."""
    return Platform(Sections())
