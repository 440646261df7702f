"""The alarms of the templates go on when something is wrong on this machine, and off when it is over."""

import os
import signal
import time

from tests.flows.conftest import RunningPlatform
from tests.platform.waiting import wait_until
from voicectl.alarms.states import State
from voicectl.alarms.watch import ALARMS_SEEN, Look

SIGNALS_SILENT = "voiceplane-local-SignalsSilent"  # the part that is measured
SUPERVISOR_SILENT = "voiceplane-local-SupervisorSilent"  # what people are told
WITHIN_SECONDS = 150.0  # three minutes of fifteen seconds, a look, and a busy machine


def state_of(platform: RunningPlatform, alarm: str) -> str:
    """How an alarm was at the latest look; empty before the first."""
    seen = platform.folder / ALARMS_SEEN
    look = Look.model_validate_json(seen.read_bytes()) if seen.exists() else Look(at=0, speed=1)
    return next((each.state for each in look.alarms if each.name == alarm), "")


def test_a_supervisor_that_hangs_is_noticed_and_forgiven(platform: RunningPlatform) -> None:
    """It lives and says nothing: only its silence tells."""
    wait_until(lambda: state_of(platform, SIGNALS_SILENT) == State.OK, what="published", seconds=WITHIN_SECONDS)
    supervisor = platform.pid_of("supervisor")

    os.kill(supervisor, signal.SIGSTOP)
    stopped = time.monotonic()
    try:
        wait_until(lambda: state_of(platform, SUPERVISOR_SILENT) == State.ALARM, what="ALARM", seconds=WITHIN_SECONDS)
        shown = platform.voicectl("alarms")
    finally:
        os.kill(supervisor, signal.SIGCONT)
    took = time.monotonic() - stopped

    assert shown.returncode == 1
    assert "docs/runbooks/supervisor-silent.md" in shown.stdout
    assert 30 <= took <= WITHIN_SECONDS  # not before three periods were missed
    wait_until(lambda: state_of(platform, SUPERVISOR_SILENT) == State.OK, what="OK", seconds=WITHIN_SECONDS)
