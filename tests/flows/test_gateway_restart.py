"""A gateway that is restarted takes nothing from a call that is not its own, nor from those who watch it."""

import os
import signal
import subprocess
import sys

from tests.flows.conftest import ROOT, RunningPlatform
from tests.flows.test_agents import has_active_session
from tests.platform.waiting import wait_until
from voicectl.call.api import Api


def test_every_turn_is_shown_though_the_gateway_was_restarted(platform: RunningPlatform, rest: Api) -> None:
    """The call goes over LiveKit; only its events come by the gateway, which says 1012 and comes back."""
    says = ["--say", "Good morning.", "--say", "Tell me more.", "--say", "Thank you."]
    command = [sys.executable, "-m", "voicectl", "call", "--transport", "livekit", *says]
    gateway = platform.pid_of("websocket")
    with subprocess.Popen(command, cwd=ROOT, env=platform.variables, stdout=-1, stderr=-1, text=True) as call:
        wait_until(lambda: has_active_session(platform), what="the call", seconds=60)
        os.kill(gateway, signal.SIGTERM)
        out, error = call.communicate(timeout=180)

    assert (call.returncode, error) == (0, "")
    newest = rest.get("/sessions", limit=1)["results"][0]["id"]
    turns = rest.get(f"/sessions/{newest}")["turns"]
    shown = " ".join(out.split())
    assert platform.pid_of("websocket") != gateway
    assert len(turns) >= 7
    assert [turn["text"] for turn in turns if " ".join(turn["text"].split()) not in shown] == []
    assert newest in shown
