"""The page's own checks run with everybody's: its types, and the tests of what is pure in it."""

import os
import subprocess

import pytest

from tests.frontend.site import FRONTEND
from voicectl.toolchain import NODE

NPM = NODE.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


@pytest.mark.xdist_group("page")
@pytest.mark.parametrize("command", ["check", "test"])
def test_the_pages_own_checks_pass(command: str) -> None:
    """Call state, sound, waiting and problems have no browser in them, so they are tested without one."""
    if not (FRONTEND / "node_modules").exists():
        pytest.fail("frontend/node_modules is missing; run `make page`")
    path = f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"

    ended = subprocess.run(
        [NODE, NPM, "run", "--silent", command],
        cwd=FRONTEND,
        env={"PATH": path, "HOME": os.environ["HOME"], "CI": "true", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
