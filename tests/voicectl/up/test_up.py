"""`voicectl up` starts real servers on one machine, says what they do, and leaves nothing behind however it ends."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import psutil
import psycopg
import pytest
import redis

from tests.platform.waiting import wait_until
from tests.voicectl.up import programs
from voicectl.up.environments import ARTEFACTS, RECORDINGS
from voicectl.up.state import State, running_platform
from voicectl.up.warden import marked

ROOT = Path(__file__).parents[3]
BACKING = "--only=postgres,valkey,aws,livekit"
SECONDS = 60.0
pytestmark = pytest.mark.xdist_group("up")


class Clone:
    """A state folder, and the command that works on it."""

    def __init__(self, folder: Path) -> None:
        """Begin with an empty folder."""
        self.folder = folder
        self.variables = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "XDG_CACHE_HOME") if name in os.environ},
            "PYTHONPATH": str(ROOT),
            "VOICEPLANE_STATE": str(folder),
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command and go on."""
        return subprocess.Popen(
            [sys.executable, "-m", "voicectl", *arguments],
            cwd=ROOT,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command to its end; answer its exit code and what it said."""
        process = self.start(*arguments)
        said, _ = process.communicate(timeout=SECONDS)
        return process.returncode, said

    def status(self) -> dict[str, Any]:
        """What `voicectl status --json` answers of the platform that runs."""
        answer: dict[str, Any] = json.loads(self.run("status", "--json")[1])["running"]
        return answer

    def pids(self) -> dict[str, int]:
        """The first process of each, while it runs."""
        return {process.name: process.pid for process in running_platform(self.folder).running.processes}

    def run_id(self) -> str:
        """The mark of everything that this run started."""
        return running_platform(self.folder).running.run


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Clone]:
    """A clone with nothing in its state folder; whatever a failed test left running is stopped."""
    clone = Clone(tmp_path / "state")
    yield clone
    clone.run("down")


def test_the_servers_are_real_and_everybody_can_find_them(clone: Clone, livekit_binary: Path) -> None:
    """One command, and PostgreSQL, Valkey, S3 and LiveKit answer on loopback."""
    code, said = clone.run("up", "--detach", BACKING)
    assert code == 0, said

    platform = running_platform(clone.folder)
    keys, addresses = platform.keys, platform.running.addresses
    ports = State.read(clone.folder).ports
    with psycopg.connect(
        host="127.0.0.1",
        port=ports["postgres"],
        user="voiceplane",
        dbname="voiceplane",
        password=keys.database_password.get_secret_value(),
    ) as connection:
        version = connection.execute("show server_version").fetchone()
    valkey = redis.Redis(port=ports["valkey"], password=keys.redis_password.get_secret_value())
    s3 = boto3.client(
        "s3", endpoint_url=addresses.aws, aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1"
    )

    assert str(livekit_binary).endswith("livekit-server-1.13.5") or livekit_binary.name == "livekit-server"
    assert version is not None
    assert version[0].startswith("18.")
    assert valkey.ping()
    valkey.close()
    assert sorted(bucket["Name"] for bucket in s3.list_buckets()["Buckets"]) == sorted([RECORDINGS, ARTEFACTS])
    assert {process["name"]: process["status"] for process in clone.status()["processes"]} == dict.fromkeys(
        ("postgres", "valkey", "aws", "livekit"), "ready"
    )
    assert clone.run("status")[0] == 0

    run = clone.run_id()

    code, said = clone.run("down")

    assert (code, said[:10]) == (0, "stopped in")
    assert list(marked(run)) == []
    assert clone.run("status")[0] == 3
    assert clone.run("down") == (0, "the platform is not running\n")


def test_a_killed_server_comes_back_and_the_screen_says_which(clone: Clone) -> None:
    """Everything else goes on meanwhile."""
    up = clone.start("up", "--json", "--only=valkey,aws")
    wait_until(lambda: is_green(clone), what="everything is up", seconds=SECONDS)
    first = clone.pids()

    os.kill(first["valkey"], signal.SIGKILL)
    wait_until(lambda: is_green(clone) and clone.pids()["valkey"] not in (0, first["valkey"]), what="valkey is back")
    os.kill(up.pid, signal.SIGINT)
    said, _ = up.communicate(timeout=SECONDS)

    news = [json.loads(line) for line in said.splitlines()]
    restarting = [each for each in news if each.get("status") == "restarting"]
    assert [(each["process"], each["detail"]) for each in restarting] == [
        ("valkey", "died with SIGKILL; again in 0.5 s")
    ]
    assert news[-1]["event"] == "end"
    assert up.returncode == 0


def test_when_up_itself_is_killed_nothing_of_it_survives(clone: Clone) -> None:
    """A closed laptop lid, an out-of-memory killer: the next start must find its ports free and its data whole."""
    up = clone.start("up", "--plain", BACKING)
    wait_until(lambda: is_green(clone), what="everything is up", seconds=SECONDS)
    pids, run = clone.pids(), clone.run_id()
    assert set(pids.values()) <= set(marked(run))

    up.kill()
    up.communicate(timeout=SECONDS)

    wait_until(lambda: not any(psutil.pid_exists(pid) for pid in pids.values()), what="all are gone")
    assert list(marked(run)) == []
    assert clone.run("status")[0] == 3


def test_when_nobody_was_left_to_clean_up_the_next_start_does(clone: Clone) -> None:
    """Whoever kills everything by name kills the cleaner too."""
    up = clone.start("up", "--plain", BACKING)
    wait_until(lambda: is_green(clone), what="everything is up", seconds=SECONDS)
    pids, run = clone.pids(), clone.run_id()
    cleaners = [process for process in psutil.process_iter() if run in command_line(process)]
    assert len(cleaners) == 1

    cleaners[0].kill()
    up.kill()
    up.communicate(timeout=SECONDS)
    assert set(pids.values()) <= set(marked(run))
    ports = State.read(clone.folder).ports
    code, said = clone.run("up", "--detach", BACKING)

    assert code == 0, said
    assert list(marked(run)) == []
    assert State.read(clone.folder).ports == ports


def test_data_keys_and_ports_outlive_a_restart_until_somebody_wants_it_fresh(clone: Clone) -> None:
    """People come back to the calls they made, and to the links they kept."""
    assert clone.run("up", "--detach", "--only=postgres")[0] == 0
    before = State.read(clone.folder)
    write_a_row(before)
    clone.run("down")

    assert clone.run("up", "--detach", "--only=postgres")[0] == 0
    after = State.read(clone.folder)
    assert (after.ports, after.keys) == (before.ports, before.keys)
    assert rows(after) == 1
    clone.run("down")

    assert clone.run("up", "--detach", "--fresh", "--only=postgres")[0] == 0
    assert State.read(clone.folder).keys != before.keys
    assert rows(State.read(clone.folder)) == 0


def test_three_quick_deaths_end_it_with_the_last_lines_of_that_log(clone: Clone) -> None:
    """LiveKit without its Valkey; whoever reads only the screen knows why."""
    code, said = clone.run("up", "--plain", "--only=livekit,aws")

    assert code == 1
    assert "livekit: restarting died with exit code 0; again in 0.5 s" in said
    assert "livekit died with exit code 0, for the last time; its log ends:" in said
    assert "redis" in said.partition("its log ends:")[2]
    assert said.endswith(f"all of it: {clone.folder / 'logs' / 'livekit.log'}\n")
    assert clone.run("status")[0] == 3


def test_without_any_way_to_a_livekit_server_one_line_says_so_and_the_rest_comes_up(
    clone: Clone, tmp_path: Path
) -> None:
    """Calls go over WebSockets, and no address is told at which nobody is."""
    for name in ("go", "docker", "livekit-server"):
        programs.program(tmp_path / "bin" / name, "exit 1")
    clone.variables |= {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": os.devnull,
    }

    code, said = clone.run("up", "--detach", "--only=valkey,livekit-build,livekit")

    assert code == 0, said
    assert [line[:18] for line in said.splitlines()] == [
        "starting; it says ",
        "no LiveKit server:",
        "up; `voicectl stat",
    ]
    assert clone.status()["transports"] == ["websocket"]
    assert clone.status()["addresses"]["livekit"] == ""
    assert "LiveKit" not in (clone.folder / "up.log").read_text().partition("up in ")[2]
    details = {process["name"]: process["detail"] for process in clone.status()["processes"]}
    assert details["livekit-build"].startswith("no LiveKit server: ")
    assert "calls use the WebSocket transport" in details["livekit-build"]
    assert details["livekit"] == "needs livekit-build"
    assert next(process["ports"] for process in clone.status()["processes"] if process["name"] == "livekit") == []
    assert details["valkey"] == ""


def test_a_port_that_was_asked_for_and_is_in_use_is_refused(clone: Clone) -> None:
    """Nothing was started, and the sentence names the port."""
    with socket.create_server(("127.0.0.1", 0)) as occupant:
        port = occupant.getsockname()[1]

        code, said = clone.run("up", "--plain", "--only=valkey", f"--port=valkey={port}")

    assert code == 2
    assert said == f"port {port} for valkey is in use; stop what uses it, or choose another\n"
    assert clone.run("status")[0] == 3


def test_a_second_up_of_the_same_clone_is_refused(clone: Clone) -> None:
    """Two would share one database folder."""
    assert clone.run("up", "--detach", "--only=valkey")[0] == 0

    code, said = clone.run("up", "--plain", "--only=valkey")

    assert code == 2
    assert said == (
        f"a platform already runs from {clone.folder}; look with `voicectl status`, stop it with `voicectl down`\n"
    )


def test_keys_are_random_private_and_nowhere_to_be_seen(clone: Clone, tmp_path: Path) -> None:
    """Screens are shared, and every user of a machine may list its processes."""
    other = Clone(tmp_path / "other")
    code, said = clone.run("up", "--detach", BACKING)
    assert code == 0, said
    said += clone.run("status")[1] + clone.run("status", "--json")[1] + (clone.folder / "up.log").read_text()
    said += "".join(path.read_text() for path in (clone.folder / "logs").iterdir())
    commands = [argument for process in psutil.process_iter() for argument in command_line(process)]

    state = State.read(clone.folder)
    secrets = [value for name, value in json.loads(state.keys.model_dump_json()).items() if name != "livekit_api_key"]
    assert [secret for secret in secrets if secret in said] == []
    assert [secret for secret in secrets if any(secret in argument for argument in commands)] == []
    assert len(set(secrets)) == 6
    assert State.read(other.folder).keys != state.keys
    assert stat.S_IMODE((clone.folder / "state.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(clone.folder.stat().st_mode) == 0o700


def test_a_name_that_no_process_has_is_refused_with_those_there_are(clone: Clone) -> None:
    """A typing mistake must not start half a platform."""
    code, said = clone.run("up", "--plain", "--only=postgress")

    assert code == 2
    assert said.startswith("there is no process postgress; there are postgres, valkey, aws, ")


def is_green(clone: Clone) -> bool:
    """Whether everything of a run is up."""
    running = State.read(clone.folder).running
    return bool(running and running.processes and running.is_green)


def command_line(process: psutil.Process) -> list[str]:
    """The arguments of a process, which any user may see."""
    try:
        return list(process.cmdline())
    except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def connect(state: State) -> psycopg.Connection[Any]:
    """Connect to a folder's database."""
    return psycopg.connect(
        host="127.0.0.1",
        port=state.ports["postgres"],
        user="voiceplane",
        dbname="voiceplane",
        password=state.keys.database_password.get_secret_value(),
    )


def write_a_row(state: State) -> None:
    """Have something to lose."""
    with connect(state) as connection:
        connection.execute("create table kept (n int)")
        connection.execute("insert into kept values (1)")


def rows(state: State) -> int:
    """How much is left of it."""
    with connect(state) as connection:
        found = connection.execute("select count(*) from pg_tables where tablename = 'kept'").fetchone()
    return int(found[0]) if found else 0
