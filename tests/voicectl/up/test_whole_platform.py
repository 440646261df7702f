"""The whole platform on one machine: everything comes up, and any one process may be killed."""

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import psutil
import pytest

from contract.services import CONTAINERS
from tests.platform.waiting import wait_until
from tests.voicectl.up.test_platform import ONLY_ON_AWS
from voicectl.up.state import Running, State
from voicectl.up.warden import marked

ROOT = Path(__file__).parents[3]
SECONDS = 120.0
pytestmark = [pytest.mark.xdist_group("up"), pytest.mark.timeout(600)]


def test_any_one_process_may_be_killed_and_comes_back(tmp_path: Path, livekit_binary: Path) -> None:
    """The screen says which, the others go on, and a stop leaves nothing behind."""
    folder = tmp_path / "state"
    up = start(folder, livekit_binary)
    try:
        wait_until(partial(is_green, up, folder), what="everything is up", seconds=SECONDS)
        first = {process.name: process.pid for process in running(folder).processes if process.pid}
        for name in first:
            pid = pid_of(folder, name)
            assert pid > 0, f"{name} does not run"
            os.kill(pid, signal.SIGKILL)
            wait_until(partial(is_back, up, folder, name, pid), what=f"{name} is back", seconds=SECONDS)
        run = running(folder).run
    finally:
        up.send_signal(signal.SIGTERM)
        said, _ = up.communicate(timeout=SECONDS)

    news = [json.loads(line) for line in said.splitlines()]
    restarted = [(each["process"], each["detail"].partition(";")[0]) for each in news if is_restart(each)]
    names = {container.name for container in CONTAINERS if container.name not in ONLY_ON_AWS | {"celery", "migration"}}
    assert up.returncode == 0
    # A client may have given up because its server was killed; it came back too, or this would not be green.
    assert [name for name, why in restarted if why == "died with SIGKILL"] == list(first)
    assert names <= first.keys()
    assert list(marked(run)) == []
    assert [pid for pid in first.values() if psutil.pid_exists(pid)] == []


def start(folder: Path, livekit_binary: Path) -> "subprocess.Popen[str]":
    """Start everything; the LiveKit server is the one that was found for all tests."""
    variables = {name: os.environ[name] for name in ("PATH", "HOME", "XDG_CACHE_HOME") if name in os.environ}
    path = f"{livekit_binary.parent}:{variables['PATH']}"
    return subprocess.Popen(
        [sys.executable, "-m", "voicectl", "up", "--json"],
        cwd=ROOT,
        env={**variables, "PATH": path, "PYTHONPATH": str(ROOT), "VOICEPLANE_STATE": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    )


def running(folder: Path) -> Running:
    """The run, as the state file has it."""
    found = State.read(folder).running
    assert found is not None
    return found


def is_green(up: "subprocess.Popen[str]", folder: Path) -> bool:
    """Whether everything is up; a platform that stopped never will be."""
    assert up.poll() is None, "the platform stopped"
    found = State.read(folder).running
    return bool(found and found.processes and found.is_green)


def is_restart(news: dict[str, str]) -> bool:
    """Whether a line says that a process is about to be started again."""
    return news.get("status") == "restarting"


def pid_of(folder: Path, name: str) -> int:
    """The first process of one of them."""
    return next(process.pid for process in running(folder).processes if process.name == name)


def is_back(up: "subprocess.Popen[str]", folder: Path, name: str, before: int) -> bool:
    """Whether a process was started again, and everything is up."""
    return pid_of(folder, name) not in (0, before) and is_green(up, folder)
