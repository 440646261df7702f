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

from contract.media import MediaPorts, Redis, livekit_configuration
from contract.session import MAX_PARTICIPANTS
from contract.timing import Timing
from contract.versions import LIVEKIT_SERVER
from tests.platform.addresses import LOOPBACK, folder_of, forget, port_of
from tests.platform.waiting import wait_until

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


def planned_livekit() -> str:
    """The URL that `running_livekit` will have in this process."""
    return f"ws://{LOOPBACK}:{port_of('livekit')}"


@contextmanager
def running_livekit(*, redis: str | None, webhook_url: str) -> Iterator[LiveKit]:
    """Run one node.

    Args:
        redis: `host:port` of a Valkey, or none for a node alone.
        webhook_url: Where it posts events; need not answer.
    """
    folder = folder_of("livekit")
    folder.mkdir(parents=True)
    log = folder / "log"
    variables = {"LIVEKIT_CONFIG": _configuration(redis, webhook_url), "LIVEKIT_KEYS": f"{API_KEY}: {API_SECRET}"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(binary()), "--node-ip", LOOPBACK], env=variables, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        url = planned_livekit()
        wait_until(lambda: _answers(url, process, log), what="LiveKit server")
        yield LiveKit(url, process, log)
    finally:
        process.kill()
        process.wait()
        forget("livekit")


def binary() -> Path:
    """Find the server on PATH or in the cache that `voicectl up` builds it into; where CI=true it must be there."""
    cached = Path.home() / ".cache" / "voiceplane" / f"livekit-server-{LIVEKIT_SERVER.version}"
    found = shutil.which("livekit-server") or (str(cached) if cached.exists() else None)
    if found:
        return Path(found)
    if os.environ.get("CI") == "true":
        pytest.fail(f"no livekit-server on PATH and none at {cached}; CI must build it first")
    pytest.skip(f"no livekit-server on PATH and none at {cached}; `voicectl up` builds it")


def _configuration(redis: str | None, webhook_url: str) -> str:
    timing = Timing()
    udp = port_of("livekit-udp")
    return livekit_configuration(
        # Media over TCP is off: its listener would not keep to loopback.
        ports=MediaPorts(
            signal=port_of("livekit"),
            rtc_tcp=0,
            rtc_udp_first=udp,
            rtc_udp_last=udp + 1,
            rtc_udp_mux=True,
            prometheus=port_of("livekit-prometheus"),
        ),
        redis=Redis(address=redis, use_tls=False) if redis else None,
        webhook_url=webhook_url,
        api_key=API_KEY,
        room={
            "empty_timeout": timing.room_empty_timeout_seconds,
            "departure_timeout": timing.room_departure_timeout_seconds,
            "max_participants": MAX_PARTICIPANTS,
        },
        turn={"enabled": False},
        network={
            "use_external_ip": False,
            "enable_loopback_candidate": True,
            "interfaces": {"includes": ["lo", "lo0"]},
        },
        bind_addresses=[LOOPBACK],
    )


def _answers(url: str, process: "subprocess.Popen[bytes]", log: Path) -> bool:
    if process.poll() is not None:
        raise AssertionError(f"LiveKit server ended: {log.read_text()[-2000:]}")
    try:
        return httpx.get(url.replace("ws://", "http://"), timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
