"""The real LiveKit server, for tests that start one."""

import os
from pathlib import Path

import pytest

from voicectl.up.livekit_server import ensure_binary


@pytest.fixture(scope="session")
def livekit_binary() -> Path:
    """The server itself; a machine without any way to it fails here instead of testing less."""
    return ensure_binary(os.environ, report=print)
