"""The real LiveKit server takes the stacks' configuration with loopback's values, and nothing leaves the machine."""

import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from contract.timing import Timing
from voicectl.up.media import loopback_ports, server_command, server_environment
from voicectl.up.ports import choose

START_SECONDS = 30.0


@pytest.fixture
def node(livekit_binary: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A node that is ready, and its port."""
    signal, udp, prometheus = choose(
        ("livekit", "udp-livekit", "livekit-metrics"), folder=tmp_path, before={}, fixed={}
    ).values()
    environment = server_environment(
        ports=loopback_ports(signal=signal, udp_first=udp, prometheus=prometheus),
        redis=None,
        webhook_url="http://127.0.0.1:9/webhooks/livekit",
        api_key="local",
        api_secret=SecretStr("s" * 40),
        timing=Timing(),
    )
    process = subprocess.Popen(server_command(livekit_binary), env=environment.variables())
    try:
        wait_until_it_answers(process, f"http://127.0.0.1:{signal}/")
        yield process, signal
    finally:
        process.kill()
        process.wait()


def wait_until_it_answers(process: subprocess.Popen[bytes], url: str) -> None:
    """Ask until the server answers, dies, or has had its time."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            continue
    raise AssertionError(f"the server did not answer at {url}")


def test_it_listens_on_loopback_only(node: tuple[subprocess.Popen[bytes], int]) -> None:
    """A laptop in a café offers its calls to nobody."""
    process, _ = node

    listening = {
        connection.laddr.ip
        for connection in psutil.Process(process.pid).net_connections()
        if connection.status in {psutil.CONN_LISTEN, psutil.CONN_NONE}
    }

    assert listening == {"127.0.0.1"}


def test_its_secret_is_not_on_its_command_line(node: tuple[subprocess.Popen[bytes], int]) -> None:
    """Every user of the machine may read command lines."""
    process, _ = node

    assert not any("ssss" in argument for argument in psutil.Process(process.pid).cmdline())
