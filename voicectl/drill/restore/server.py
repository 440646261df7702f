"""A PostgreSQL to copy from, and a new one to copy into."""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any, Final, NamedTuple

import psycopg

from voicectl.drill.errors import RestoreFailed
from voicectl.up.backing import backing
from voicectl.up.environments import LOOPBACK
from voicectl.up.ports import choose, taken
from voicectl.up.postgres import DATABASE, USER
from voicectl.up.state import ROOT, State, running_platform

START_SECONDS: Final = 120.0
STOP_SECONDS: Final = 60.0
CONNECT_SECONDS: Final = 5  # whoever listens there may be silent
AGAIN_SECONDS: Final = 0.05
PORT_TRIES: Final = 3
SAID_LINES: Final = 3
FOLDERS: Final = "voiceplane-restore-"


class Server(NamedTuple):
    """A database, and how to get in.

    Attributes:
        password: Empty where none is asked for.
    """

    host: str
    port: int
    user: str
    password: str
    database: str

    def connect(self, *, autocommit: bool = False) -> psycopg.Connection[Any]:
        """Open a connection."""
        return psycopg.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password or None,
            dbname=self.database,
            autocommit=autocommit,
            connect_timeout=CONNECT_SECONDS,
            application_name="restore-drill",
        )

    def variables(self) -> dict[str, str]:
        """What PostgreSQL's own programs read: a password is on no command line."""
        told = {"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user, "PGDATABASE": self.database}
        return told | ({"PGPASSWORD": self.password} if self.password else {})


def platforms_server(folder: Path, variables: Mapping[str, str]) -> Server:
    """The database of the platform that runs from a state folder.

    Raises:
        NotRunning: None does.
    """
    keys = running_platform(folder).keys
    values = backing(variables, keys=keys, ports=State.read(folder).ports).values
    password: Any = values["database_password"]
    return Server(
        host=str(values["database_host"]),
        port=int(str(values["database_port"])),
        user=str(values["database_user"]),
        password=password.get_secret_value(),
        database=str(values["database_name"]),
    )


@contextmanager
def new_server() -> Iterator[Server]:
    """Run an empty PostgreSQL of its own; it is stopped and its data are gone at the end.

    Raises:
        RestoreFailed: It does not start.
    """
    password = secrets.token_urlsafe()
    with tempfile.TemporaryDirectory(prefix=FOLDERS) as folder, serving(Path(folder), password=password) as server:
        yield server


def free_port(folder: Path) -> int:
    """Answer a port that is free now; somebody else may take it before it is used."""
    return choose(["restore"], folder=folder, before={}, fixed={})["restore"]


@contextmanager
def serving(folder: Path, *, password: str, port: Callable[[Path], int] = free_port) -> Iterator[Server]:
    """Run a PostgreSQL on what is in a folder; an empty one gets a new database with that password.

    Args:
        port: Asked again where somebody took what it answered.

    Raises:
        RestoreFailed: It does not start.
    """
    process, server = _started(folder, password=password, port=port)
    try:
        yield server
    finally:
        _stop(process)


def _started(folder: Path, *, password: str, port: Callable[[Path], int]) -> "tuple[subprocess.Popen[bytes], Server]":
    for _ in range(PORT_TRIES):
        server = Server(LOOPBACK, port(folder), USER, password, DATABASE)
        process = _begun(folder, server)
        try:
            _await_start(process, server, log=folder / "log")
        except BaseException as failed:
            _stop(process)
            if not (isinstance(failed, RestoreFailed) and taken(server.port)):
                raise
        else:
            return process, server
    raise RestoreFailed(f"{PORT_TRIES} ports one after the other were taken by somebody else; come again")


def _begun(folder: Path, server: Server) -> "subprocess.Popen[bytes]":
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "voicectl.up.postgres", str(folder / "postgres"), str(server.port)],
            env={**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_PASSWORD": server.password},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _await_start(process: "subprocess.Popen[bytes]", server: Server, *, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RestoreFailed(f"the new PostgreSQL ended at once: {_last_words(log)}")
        try:
            server.connect().close()
        except psycopg.OperationalError:
            Event().wait(AGAIN_SECONDS)
        else:
            return
    raise RestoreFailed(f"the new PostgreSQL is not there after {START_SECONDS:g} s: {_last_words(log)}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """What it has is thrown away, but its processes must be gone before their folder is."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)  # to PostgreSQL: end sessions, then yourself
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _last_words(log: Path) -> str:
    return " | ".join(log.read_text(errors="replace").splitlines()[-SAID_LINES:])
