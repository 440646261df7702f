"""A process that is told too little says so in one line, and serves nobody."""

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
