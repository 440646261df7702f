"""Images built and run where there is no Docker: buildah and podman as root, on a base that debootstrap makes.

The bases of the Dockerfiles are Debian's; here both are one Debian with Python, under the names that they ask for.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.images.dockerfile import ROOT

PROGRAMS: Final = ("buildah", "podman", "runc", "debootstrap")
BASES: Final = ("docker.io/library/python:3.11-slim-bookworm", "docker.io/library/debian:bookworm-slim")
PACKAGES: Final = "python3,python3-venv,python3-pip,ca-certificates"
MIRROR: Final = "http://deb.debian.org/debian"
BASE_FILE: Final = """\
FROM scratch
COPY rootfs/ /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
"""
# The builder's own certificates and mirror of PyPI, if it has any, as an image's builder would be given them.
LENT: Final = ("/etc/pip.conf", "/etc/ssl/certs")
BUILD_SECONDS: Final = 900
COMMAND_SECONDS: Final = 180
# Without these: no systemd to speak to, no right to raise limits (facts: cdk §6).
RUN_OPTIONS: Final = (
    *("--network", "host", "--no-healthcheck"),
    *("--ulimit", "nofile=20000:20000", "--ulimit", "nproc=30000:30000"),
)


class CommandFailed(Exception):
    """A program ended with another code than 0; its words are in the message."""


@dataclass(frozen=True)
class Container:
    """One that was started."""

    store: "Store"
    id: str

    @property
    def state(self) -> dict[str, Any]:
        """Podman's word for it."""
        found: list[dict[str, Any]] = json.loads(self.store.podman("inspect", self.id))
        return dict(found[0]["State"])

    @property
    def log(self) -> str:
        """The end of what it said."""
        return self.store.podman("logs", self.id, both=True)[-4000:]

    def answers(self, probe: str) -> bool:
        """Run a probe in it, as ECS does."""
        assert self.state["Running"], self.log
        return self.store.ran("exec", self.id, "/bin/sh", "-c", probe) == 0

    def stop(self, *, seconds: int) -> int:
        """Send its stop signal, and answer its exit code; 137 when it had to be killed."""
        self.store.podman("stop", "--time", str(seconds), self.id)
        return int(self.state["ExitCode"])

    def wait(self) -> int:
        """Answer the exit code of one that ends by itself."""
        return int(self.store.podman("wait", self.id))


@dataclass(frozen=True)
class Store:
    """Where images are kept on this machine, apart from everybody else's."""

    folder: Path

    @classmethod
    def of_this_machine(cls) -> "Store":
        """Below the cache, so that the base is made once."""
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        folder = cache / "voiceplane" / "images"
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder)

    def base(self) -> None:
        """Make the base under each of its names, unless it is there."""
        known = self._buildah("images", "--format", "{{.Name}}:{{.Tag}}").split()
        if set(BASES) <= set(known):
            return
        root = self.folder / "rootfs"
        if not root.exists():
            making = self.folder / "rootfs.new"
            shutil.rmtree(making, ignore_errors=True)
            _run(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(making), MIRROR])
            (making / "usr/local/bin/python").symlink_to("/usr/bin/python3")
            for left_over in ("var/cache/apt/archives", "var/lib/apt/lists"):
                shutil.rmtree(making / left_over, ignore_errors=True)
            making.rename(root)
        (self.folder / "Dockerfile").write_text(BASE_FILE)
        names = [option for name in BASES for option in ("--tag", name)]
        self._buildah("build", "--isolation", "chroot", "--format", "docker", *names, str(self.folder))

    def build(self, dockerfile: Path, *, context: Path, tag: str, **arguments: str) -> None:
        """Build an image; layers are kept."""
        lent = [option for path in LENT if Path(path).exists() for option in ("--volume", f"{path}:{path}:ro")]
        given = [option for name, value in arguments.items() for option in ("--build-arg", f"{name}={value}")]
        kind = ("--isolation", "chroot", "--network", "host", "--format", "docker", "--layers", "--pull-never")
        self._buildah("build", *kind, *lent, *given, "--file", str(dockerfile), "--tag", tag, str(context))

    def size(self, tag: str) -> int:
        """Bytes of all its layers, as they lie on a disk."""
        described: list[dict[str, Any]] = json.loads(self.podman("image", "inspect", tag))
        return int(described[0]["Size"])

    @contextmanager
    def running(
        self, tag: str, *command: str, variables: Mapping[str, str], options: Sequence[str] = ()
    ) -> Iterator[Container]:
        """Start a container, and leave none behind."""
        told = [option for name, value in variables.items() for option in ("--env", f"{name}={value}")]
        id_ = self.podman("run", "--detach", *RUN_OPTIONS, *options, *told, tag, *command).strip()
        try:
            yield Container(self, id_)
        finally:
            self.podman("rm", "--force", "--time", "1", id_)

    def podman(self, *arguments: str, both: bool = False) -> str:
        """Run podman; answer what it said.

        Args:
            both: What it said on standard error too.
        """
        return _run([*self._podman(), *arguments], seconds=COMMAND_SECONDS, both=both)

    def ran(self, *arguments: str) -> int:
        """Run podman; answer its exit code."""
        return subprocess.run([*self._podman(), *arguments], capture_output=True, timeout=COMMAND_SECONDS).returncode

    def _podman(self) -> list[str]:
        kind = ("--cgroup-manager", "cgroupfs", "--events-backend", "file", "--runtime", "runc")
        return ["podman", *self._where(), *kind]

    def _buildah(self, *arguments: str) -> str:
        return _run(["buildah", *self._where(), *arguments])

    def _where(self) -> list[str]:
        run = self.folder / "run"
        return ["--root", str(self.folder / "store"), "--runroot", str(run), "--storage-driver", "overlay"]


def missing_programs() -> list[str]:
    """What must be installed first."""
    return [program for program in PROGRAMS if not shutil.which(program)]


def context_of_this_copy(folder: Path) -> Path:
    """What git has of the images' sources, so that nothing else of this machine gets in."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", "agent", "contract", "control_plane", "requirements", "runtime"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    for name in filter(None, listed):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def _run(command: Sequence[str], *, seconds: int = BUILD_SECONDS, both: bool = False) -> str:
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)
    if ran.returncode:
        raise CommandFailed(f"{command[0]} ended with {ran.returncode}: {(ran.stdout + ran.stderr)[-3000:]}")
    return ran.stdout + ran.stderr if both else ran.stdout
