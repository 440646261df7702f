"""A machine without any way to a LiveKit server: the platform comes up, and calls go over WebSockets unasked."""

import os
from pathlib import Path

import httpx
import pytest

from tests.flows.conftest import started
from tests.voicectl.up import programs

pytestmark = [pytest.mark.xdist_group("flows"), pytest.mark.timeout(600)]


def test_calls_use_the_websocket_transport_unasked(tmp_path: Path) -> None:
    """Whoever has neither Go nor Docker types the same command as everybody, and is told what it became."""
    for name in ("go", "docker", "livekit-server"):
        programs.program(tmp_path / "bin" / name, "exit 1")
    nothing = {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": os.devnull,
    }
    with started("--without=alarms", **nothing) as platform:
        offered = httpx.get(f"http://127.0.0.1:{platform.port_of('page')}/config.json").json()["transports"]
        said = platform.voicectl("call", "--say", "We have forty agents.")
        refused = platform.voicectl("call", "--transport", "livekit")

    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stderr == "no LiveKit server here: the call uses the WebSocket transport; see `voicectl status`\n"
    record = [line.split() for line in said.stdout.splitlines()]
    assert ["state", "completed"] in record
    assert ["transport", "websocket"] in record
    assert offered == ["websocket"]
    assert refused.returncode == 2
    assert refused.stderr == "no LiveKit server here; use --transport websocket, or see `voicectl status`\n"
