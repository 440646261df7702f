"""The whole platform, as `voicectl up` starts it, once for the flows of a test run."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import boto3
import pytest

from runtime.providers.control import Control
from voicectl.call.api import Api
from voicectl.up.state import Platform, running_platform

ROOT: Final = Path(__file__).parents[2]
UP_SECONDS: Final = 300


class RunningPlatform:
    """A platform of its own for these tests.

    Attributes:
        folder: Its state folder, with a log for each process.
    """

    def __init__(self, folder: Path, **variables: str) -> None:
        """Not started yet; `variables` are what a person has set besides."""
        self.folder = folder
        paths = {"VOICEPLANE_STATE": str(folder), "PYTHONPATH": f"{ROOT}:{ROOT / 'constructs'}"}
        self.variables = {**os.environ, **paths, **variables}

    def voicectl(self, *arguments: str, seconds: float = 180) -> "subprocess.CompletedProcess[str]":
        """Run a command of ours."""
        return self.run(sys.executable, "-m", "voicectl", *arguments, seconds=seconds)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command of ours, to read along what it says."""
        command = [sys.executable, "-u", "-m", "voicectl", *arguments]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def run(self, *command: str, seconds: float = 180) -> "subprocess.CompletedProcess[str]":
        """Run a command in the clone as a person would."""
        return subprocess.run(
            command, cwd=ROOT, env=self.variables, capture_output=True, text=True, timeout=seconds, check=False
        )

    def call(self, *arguments: str) -> dict[str, Any]:
        """Place a call with `voicectl call --json` and answer its record."""
        placed = self.voicectl("call", "--json", *arguments)
        assert placed.returncode == 0, placed.stdout + placed.stderr
        record: dict[str, Any] = json.loads(placed.stdout)
        return record

    @property
    def state(self) -> Platform:
        """What `up` tells: keys, addresses, processes."""
        return running_platform(self.folder)

    def pid_of(self, process: str) -> int:
        """Of one process of the platform."""
        return next(each.pid for each in self.state.running.processes if each.name == process)

    def port_of(self, process: str) -> int:
        """Its first port."""
        return next(each.ports[0] for each in self.state.running.processes if each.name == process)

    def aws(self, service: str) -> Any:
        """A client of the platform's moto."""
        return boto3.client(
            service,
            endpoint_url=self.state.running.addresses.aws,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )

    def providers(self) -> Control:
        """What drives the loopback providers."""
        return Control(f"http://127.0.0.1:{self.port_of('providers')}")


@contextmanager
def started(*arguments: str, **variables: str) -> Iterator[RunningPlatform]:
    """A platform that runs as long as the block.

    Args:
        arguments: Of `voicectl up`.
        variables: What a person has set besides.
    """
    folder = Path(tempfile.mkdtemp(prefix="vp-"))  # short: PostgreSQL's socket lies below it
    running = RunningPlatform(folder, **variables)
    up = running.voicectl("up", "--detach", *arguments, seconds=UP_SECONDS)
    assert up.returncode == 0, up.stdout + up.stderr
    yield running
    down = running.voicectl("down")
    shutil.rmtree(folder)
    assert down.returncode == 0, down.stderr


@pytest.fixture(scope="session")
def platform() -> Iterator[RunningPlatform]:
    """All of it runs from here on."""
    with started("--speed", "15") as running:  # a minute of the alarms is 4 s, in which every process publishes twice
        yield running


@pytest.fixture
def rest(platform: RunningPlatform) -> Iterator[Api]:
    """The platform's API."""
    state = platform.state
    client = Api(state.running.addresses.api, key=state.keys.api_key.get_secret_value())
    yield client
    client.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker has the platform."""
    for item in items:
        if {"platform", "cluster"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("flows"))
            item.add_marker(pytest.mark.timeout(600))
