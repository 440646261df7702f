"""A process that is told too little says so in one line, and serves nobody; one that is told to stop, stops."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("module", ["agent.worker", "runtime.gateway", "runtime.kit.guardian"])
def test_missing_variables_end_it_with_their_names(module: str) -> None:
    """ECS starts it again and again: the log must say why, and no trace may bury it."""
    ended = subprocess.run(
        [sys.executable, "-m", module], cwd=ROOT, env={"PATH": ""}, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 2
    assert "RELEASE: Field required" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_process_that_is_told_to_stop_while_it_loads_stops() -> None:
    """As the first process of a container it would not hear of it otherwise, and be killed two minutes later."""
    source = "from runtime.kit.beginning import end_when_told; end_when_told(); print('loading', flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", source], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "loading\n"

    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)

    assert process.returncode == 0
