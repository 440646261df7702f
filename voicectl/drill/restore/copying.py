"""A copy of a database as it was at one moment, while it goes on being written to."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg

from control_plane.checksums import Difference, Sum, differences, sums
from voicectl.drill.errors import RestoreFailed
from voicectl.drill.restore.server import Server
from voicectl.up.postgres import program

COPY_SECONDS: Final = 3600.0  # for each half; a laptop's database takes seconds
NOT_ROLES: Final = ("--no-owner", "--no-privileges")  # those are the cluster's, and made by the migration


class Copied(NamedTuple):
    """Both sides.

    Attributes:
        original: In a transaction that sees what was dumped, and nothing later.
    """

    original: psycopg.Connection[Any]
    copy: psycopg.Connection[Any]
    dump_seconds: float
    restore_seconds: float


class Comparison(NamedTuple):
    """What is on both sides, table by table."""

    original: Mapping[str, Sum]
    copy: Mapping[str, Sum]
    differences: tuple[Difference, ...]

    @property
    def rows(self) -> int:
        """In the copy."""
        return sum(each.rows for each in self.copy.values())


@contextmanager
def copied(source: Server, target: Server) -> Iterator[Copied]:
    """Dump a database and restore it into an empty one; both are open in the block.

    Raises:
        RestoreFailed: The original cannot be read, or its dump cannot be restored.
    """
    with tempfile.TemporaryDirectory(prefix="voiceplane-dump-") as temporary, _opened(source) as original:
        dump = Path(temporary) / "dump"
        snapshot = _snapshot(original)
        began = time.monotonic()
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={dump}", *NOT_ROLES, server=source)
        dumped = time.monotonic()
        _run("pg_restore", "--exit-on-error", f"--dbname={target.database}", *NOT_ROLES, str(dump), server=target)
        restored = time.monotonic()
        with _opened(target) as copy:
            yield Copied(original, copy, dumped - began, restored - dumped)


def compare(both: Copied) -> Comparison:
    """Read every row of both."""
    original, copy = sums(both.original), sums(both.copy)
    return Comparison(original, copy, tuple(differences(original, copy)))


@contextmanager
def _opened(server: Server) -> Iterator[psycopg.Connection[Any]]:
    try:
        connection = server.connect()
    except psycopg.OperationalError as refused:
        raise RestoreFailed(f"{server.host}:{server.port} cannot be asked: {refused}; look at it first") from None
    with connection:
        yield connection


def _snapshot(connection: psycopg.Connection[Any]) -> str:
    """Begin to see one moment only, and name it for others."""
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # while the dump is being made
    row = connection.execute("SELECT pg_export_snapshot()").fetchone()
    assert row is not None
    return str(row[0])


def _run(name: str, *arguments: str, server: Server) -> None:
    try:
        ran = subprocess.run(
            [str(program(name)), *arguments],
            env={**os.environ, **server.variables()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=COPY_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise RestoreFailed(
            f"{name} is not done after {COPY_SECONDS:g} s; is the disk full, or a table locked?"
        ) from None
    if ran.returncode:
        raise RestoreFailed(f"{name} failed: {ran.stderr.strip()}")
