"""actionlint, built once from its own Go module: what PyPI has of it downloads a program while it is installed."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import pytest

from voicectl.up.errors import SourceFailed
from voicectl.up.go_toolchain import PINNED, machine_go, wheel_go

VERSION: Final = "1.7.12"  # github.com/rhysd/actionlint, tag v1.7.12 of 2026-03-31
MODULE: Final = f"github.com/rhysd/actionlint/cmd/actionlint@v{VERSION}"
BUILD_SECONDS: Final = 600


def binary() -> Path:
    """Find it in the cache or build it into it; where CI=true it must be there."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "voiceplane"
    cached = cache / f"actionlint-{VERSION}"
    if cached.exists():
        return cached
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="building-", dir=cache) as folder:
        try:
            return _build(Path(folder)).replace(cached)
        except SourceFailed as failed:
            if os.environ.get("CI") == "true":
                pytest.fail(f"no actionlint: {failed}")
            pytest.skip(f"no actionlint: {failed}")


def _build(folder: Path) -> Path:
    go = machine_go(os.environ) or wheel_go(folder / "wheel", variables=os.environ, report=print)
    settings = {**PINNED, "CGO_ENABLED": "0", "GOBIN": str(folder), "GOFLAGS": "-modcacherw"}
    command = [str(go), "install", "-trimpath", "-ldflags=-s -w", MODULE]
    built = subprocess.run(
        command, env={**os.environ, **settings}, capture_output=True, text=True, check=False, timeout=BUILD_SECONDS
    )
    if built.returncode:
        raise SourceFailed(f"{MODULE}: {built.stderr.strip()[-500:]}")
    found = shutil.which("actionlint", path=str(folder))
    assert found
    return Path(found)
