"""What the tests of the speech server share."""

from collections.abc import Iterator

import httpx
import pytest


@pytest.fixture
def speech(speech_url: str) -> Iterator[httpx.Client]:
    """What asks it."""
    with httpx.Client(base_url=speech_url, timeout=120) as client:
        yield client
