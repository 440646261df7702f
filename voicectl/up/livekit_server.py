"""The LiveKit server's binary: found, or built once. `python -m voicectl.up.livekit_server` prints its path."""

import fcntl
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from contract.versions import LIVEKIT_SERVER
from voicectl.up.errors import LiveKitServerMissing, SourceFailed
from voicectl.up.go_toolchain import PINNED, last_line, machine_go, wheel_go

MODULE: Final = f"github.com/livekit/livekit-server/cmd/server@v{LIVEKIT_SERVER.version}"
IMAGE: Final = f"livekit/livekit-server:v{LIVEKIT_SERVER.version}"
COMMAND: Final = "livekit-server"
VERSION_SECONDS: Final = 10
REPORT_SECONDS: Final = 5  # between two lines about a build
DOCKER_SECONDS: Final = 300

Report = Callable[[str], None]


def ensure_binary(variables: Mapping[str, str], *, report: Report) -> Path:
    """Answer a LiveKit server of the contract's version: on PATH, in our cache, or made now and put there.

    Args:
        variables: The process's environment; PATH, HOME and XDG_CACHE_HOME count.
        report: Told in one line what is being done; building takes about three minutes on two cores.

    Raises:
        LiveKitServerMissing: None of the ways worked; says why for each.
    """
    found = find_binary(variables, report=report)
    if found:
        return found
    target = cached_binary(variables)
    with _alone(target, report=report):
        return target if is_server(target) else _make(target, variables=variables, report=report)


def find_binary(variables: Mapping[str, str], *, report: Report) -> Path | None:
    """Look on PATH and in our cache, without making anything."""
    on_path = shutil.which(COMMAND, path=variables.get("PATH", ""))
    for candidate in (Path(on_path) if on_path else None, cached_binary(variables)):
        if candidate and is_server(candidate):
            return candidate
        if candidate and candidate.exists():
            report(f"{candidate} is not {COMMAND} {LIVEKIT_SERVER.version}; not used")
    return None


def cached_binary(variables: Mapping[str, str]) -> Path:
    """Where the binary lies once it was built, whether it does or not."""
    cache = Path(variables.get("XDG_CACHE_HOME") or Path(variables.get("HOME", "~")).expanduser() / ".cache")
    return cache / "voiceplane" / f"{COMMAND}-{LIVEKIT_SERVER.version}"


def is_server(binary: Path) -> bool:
    """Whether a file is LiveKit server in the contract's version."""
    try:
        said = subprocess.run(
            [str(binary), "--version"], capture_output=True, text=True, check=False, timeout=VERSION_SECONDS
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.split() == [COMMAND, "version", LIVEKIT_SERVER.version]


def _make(target: Path, *, variables: Mapping[str, str], report: Report) -> Path:
    reasons = []
    for source in (_build_with_machine_go, _build_with_wheel, _copy_from_image):
        with tempfile.TemporaryDirectory(prefix="building-", dir=target.parent) as folder:
            try:
                made = source(Path(folder), variables, report)
            except SourceFailed as failed:
                reasons.append(str(failed))
                continue
            if is_server(made):
                return made.replace(target)
            reasons.append(f"{made.name} does not run here or is another version")
    raise LiveKitServerMissing(
        f"no LiveKit server: {'; '.join(reasons)}; calls use the WebSocket transport; "
        f"put {COMMAND} {LIVEKIT_SERVER.version} on PATH for the other"
    )


def _build_with_machine_go(folder: Path, variables: Mapping[str, str], report: Report) -> Path:
    go = machine_go(variables)
    if not go:
        raise SourceFailed("no Go 1.26 or newer on PATH")
    return _build(go, folder=folder, variables={**variables}, report=report)


def _build_with_wheel(folder: Path, variables: Mapping[str, str], report: Report) -> Path:
    """Nothing of the wheel's Go is left behind: what it downloads and caches goes with its folder."""
    go = wheel_go(folder / "wheel", variables=variables, report=report)
    own = {"GOPATH": str(folder / "path"), "GOCACHE": str(folder / "cache"), "GOFLAGS": "-modcacherw"}
    return _build(go, folder=folder, variables={**variables, **own}, report=report)


def _build(go: Path, *, folder: Path, variables: dict[str, str], report: Report) -> Path:
    report(f"building {COMMAND} {LIVEKIT_SERVER.version} with {go}; once, about 3 minutes on 2 cores")
    command = [str(go), "install", "-v", "-trimpath", "-ldflags=-s -w", MODULE]
    settings = {**PINNED, "CGO_ENABLED": "0", "GOBIN": str(folder)}
    started, said, packages, line = time.monotonic(), 0.0, 0, ""
    with subprocess.Popen(command, env={**variables, **settings}, stderr=subprocess.PIPE, text=True) as build:
        for line in build.stderr or ():
            downloading = line.startswith("go: downloading")
            packages += not downloading
            now = time.monotonic() - started
            if now - said >= REPORT_SECONDS:
                said = now
                what = "downloading modules" if downloading else f"{packages} packages compiled"
                report(f"building {COMMAND}: {what}, {now:.0f} s")
    if build.returncode:
        raise SourceFailed(f"{go} could not build {MODULE}: {last_line(line)}")
    return folder / "server"


def _copy_from_image(folder: Path, variables: Mapping[str, str], report: Report) -> Path:
    """The image's binary is static and runs without a container, so nothing has to be supervised through Docker."""
    docker = shutil.which("docker", path=variables.get("PATH", ""))
    if not docker or platform.system() != "Linux":
        raise SourceFailed("no Docker on this machine" if not docker else "Docker's binary is for Linux only")
    report(f"copying {COMMAND} out of {IMAGE}")
    container = _docker([docker, "create", IMAGE], variables=variables)
    try:
        _docker([docker, "cp", f"{container}:/{COMMAND}", str(folder / COMMAND)], variables=variables)
    finally:
        _docker([docker, "rm", container], variables=variables)
    return folder / COMMAND


def _docker(command: list[str], *, variables: Mapping[str, str]) -> str:
    try:
        ran = subprocess.run(
            command, env=dict(variables), capture_output=True, text=True, check=False, timeout=DOCKER_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise SourceFailed(f"`docker {command[1]}` took more than {DOCKER_SECONDS} s") from None
    if ran.returncode:
        raise SourceFailed(f"`docker {command[1]}` failed: {last_line(ran.stderr)}")
    return ran.stdout.strip()


@contextmanager
def _alone(target: Path, *, report: Report) -> Iterator[None]:
    """Two commands at once build one binary; the lock goes with the process that holds it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f"{target.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report(f"another command is building {COMMAND}; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Print the path of the binary; what is being done goes to stderr."""
    try:
        path = ensure_binary(os.environ, report=lambda line: print(line, file=sys.stderr, flush=True))
    except LiveKitServerMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
