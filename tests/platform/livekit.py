"""The real LiveKit server of the test run, on loopback only, with the configuration that the stacks render."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import pytest
from pydantic import SecretStr

from contract.timing import Timing
from tests.platform.addresses import LOOPBACK, folder_of, forget, port_of
from tests.platform.waiting import wait_until
from voicectl.up import livekit_server
from voicectl.up.media import loopback_ports, server_command, server_environment

API_KEY: Final = "tests"
API_SECRET: Final = "a-secret-of-the-tests-32-characters-long"


class LiveKit(NamedTuple):
    """A running node.

    Attributes:
        process: To kill it in a test of its death.
        log: What it says.
    """

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path
    api_key: str = API_KEY
    api_secret: str = API_SECRET


def planned_livekit(name: str = "livekit") -> str:
    """The URL that `running_livekit` of this name will have in this process."""
    return f"ws://{LOOPBACK}:{port_of(name)}"


@contextmanager
def running_livekit(*, redis: str | None, webhook_url: str, name: str = "livekit") -> Iterator[LiveKit]:
    """Run one node.

    Args:
        name: Of the node: its ports are `name`, `name-udp` and `name-prometheus`.
        redis: `host:port` of a Valkey, or none for a node alone.
        webhook_url: Where it posts events; need not answer.
    """
    folder = folder_of(name)
    folder.mkdir(parents=True)
    log = folder / "log"
    variables = server_environment(
        ports=loopback_ports(
            signal=port_of(name), udp_first=port_of(f"{name}-udp"), prometheus=port_of(f"{name}-prometheus")
        ),
        redis=redis,
        webhook_url=webhook_url,
        api_key=API_KEY,
        api_secret=SecretStr(API_SECRET),
        timing=Timing(),
    ).variables()
    with log.open("wb") as output:
        process = subprocess.Popen(server_command(binary()), env=variables, stdout=output, stderr=subprocess.STDOUT)
    try:
        url = planned_livekit(name)
        wait_until(lambda: _answers(url, process, log), what="LiveKit server")
        yield LiveKit(url, process, log)
    finally:
        process.kill()
        process.wait()
        forget(name)


def binary() -> Path:
    """Find the server on PATH or in the cache that `voicectl up` builds it into; where CI=true it must be there."""
    cached = livekit_server.cached_binary(os.environ)
    found = shutil.which("livekit-server") or (str(cached) if cached.exists() else None)
    if found:
        return Path(found)
    if os.environ.get("CI") == "true":
        pytest.fail(f"no livekit-server on PATH and none at {cached}; CI must build it first")
    pytest.skip(f"no livekit-server on PATH and none at {cached}; `voicectl up` builds it")


def _answers(url: str, process: "subprocess.Popen[bytes]", log: Path) -> bool:
    if process.poll() is not None:
        raise AssertionError(f"LiveKit server ended: {log.read_text()[-2000:]}")
    try:
        return httpx.get(url.replace("ws://", "http://"), timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
