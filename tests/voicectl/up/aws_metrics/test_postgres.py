"""The database's numbers are PostgreSQL's own, and there are none while it does not answer."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import psycopg
import pytest

from contract.environment import DatabaseEnv
from tests.platform.postgres import Postgres as Server
from tests.voicectl.up.aws_metrics.telling import here, named, process
from voicectl.up.aws_metrics.postgres import Postgres
from voicectl.up.errors import Unmeasured

CONNECTIONS, IDS = "DatabaseConnections", "MaximumUsedTransactionIDs"
OF_THE_MACHINE = {"FreeStorageSpace", "FreeableMemory"}
WITHIN_SECONDS = 14.0  # two to notice; then psycopg asks the server to cancel, and waits for it twice five


@asynccontextmanager
async def measuring(server: Server, folder: Path, *, user: str = "postgres", pid: int = 0) -> AsyncIterator[Postgres]:
    """A source, on a platform whose database has this process number; on none without one."""
    rows = [process("postgres", pid=pid)] if pid else []
    variables = {**server.variables("postgres"), "DATABASE_USER": user}
    source = Postgres(DatabaseEnv.read(variables), here=here(folder, *rows))
    try:
        yield source
    finally:
        await source.close()


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """A process that lives and does nothing."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def take_all(server: Server, opened: ExitStack) -> None:
    """Open connections until the server refuses one."""
    while True:
        opened.enter_context(server.connect("postgres"))


def pid_of(server: Server) -> int:
    """Of the server's first process."""
    return int((Path(server.host) / "postmaster.pid").read_text().splitlines()[0])


async def test_every_connection_of_a_client_is_counted_once(postgres: Server, tmp_path: Path) -> None:
    """Seven more are seven more; its own is none of the platform's, and it never has two."""
    counted: tuple[float, object] = (0.0, None)
    async with measuring(postgres, tmp_path) as source, asyncio.timeout(WITHIN_SECONDS):
        while counted != (7, (1,)):  # others' connections come and go meanwhile
            before = named(await source.look())[CONNECTIONS]
            with ExitStack() as seven:
                opened = [seven.enter_context(postgres.connect("postgres")) for _ in range(7)]
                more = named(await source.look())[CONNECTIONS] - before
                own = opened[0].execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'aws-metrics'")
                counted = (more, own.fetchone())


async def test_a_person_without_rights_counts_the_same(postgres: Server, tmp_path: Path) -> None:
    """Whoever brings a database does not bring its superuser, and others' connections are then half hidden."""
    with postgres.connect("postgres") as connection:
        connection.execute("DROP ROLE IF EXISTS watcher")
        connection.execute("CREATE ROLE watcher LOGIN")
        async with measuring(postgres, tmp_path, user="watcher") as source, measuring(postgres, tmp_path) as other:
            await other.look()
            counted = of_root = 0.0
            async with asyncio.timeout(WITHIN_SECONDS):  # a connection of the test before may be going meanwhile
                while not counted == of_root >= 2:
                    counted = named(await source.look())[CONNECTIONS]
                    of_root = named(await other.look())[CONNECTIONS]
        connection.execute("DROP ROLE watcher")

    assert counted == of_root >= 2


async def test_when_no_connection_is_left_it_is_still_measured(postgres: Server, tmp_path: Path) -> None:
    """That is the moment for which the number is there."""
    async with measuring(postgres, tmp_path) as source:
        await source.look()
        with ExitStack() as all_of_them:
            with pytest.raises(psycopg.OperationalError, match="too many clients"):
                take_all(postgres, all_of_them)
            counted = named(await source.look())[CONNECTIONS]

    with postgres.connect("postgres") as connection:
        [(most,)] = connection.execute("SHOW max_connections").fetchall()
    assert counted == int(most) - 1


async def test_transaction_ids_are_those_of_the_oldest_database(postgres: Server, tmp_path: Path) -> None:
    """Vacuum must have been everywhere."""
    with postgres.connect("postgres") as connection:
        for _ in range(3):
            connection.execute("SELECT pg_current_xact_id()")
        oldest = connection.execute("SELECT max(age(datfrozenxid)) FROM pg_database").fetchone()
        async with measuring(postgres, tmp_path) as source:
            used = named(await source.look())[IDS]

    assert oldest == (used,)
    assert used >= 3


async def test_a_database_of_somebody_else_has_no_machine(postgres: Server, tmp_path: Path) -> None:
    """Its disk and processor are elsewhere, and this machine's would be taken for them."""
    async with measuring(postgres, tmp_path) as source:
        assert named(await source.look()).keys() == {CONNECTIONS, IDS}


async def test_our_own_has_this_machines_disk_memory_and_cores(postgres: Server, tmp_path: Path) -> None:
    """CPU from the second look on: it is a share of the time between two."""
    (tmp_path / "postgres").mkdir()
    async with measuring(postgres, tmp_path, pid=pid_of(postgres)) as source:
        first = named(await source.look())
        with postgres.connect("postgres") as connection:
            begun = time.monotonic()
            connection.execute("SELECT count(*) FROM generate_series(1, 3000000)")
            took = time.monotonic() - begun
            second = named(await source.look())

    assert first.keys() == {CONNECTIONS, IDS, *OF_THE_MACHINE}
    assert second.keys() == {*first, "CPUUtilization"}
    disk = os.statvfs(tmp_path)
    assert second["FreeStorageSpace"] == pytest.approx(disk.f_bavail * disk.f_frsize, rel=0.2)
    assert second["FreeableMemory"] > 0
    assert took > 0.1, "too quick to be seen"
    assert 0 < second["CPUUtilization"] <= 100


async def test_a_server_that_hangs_has_no_numbers(postgres: Server, tmp_path: Path) -> None:
    """The backend of an old connection goes on answering; RDS would be silent."""
    async with measuring(postgres, tmp_path) as source:
        await source.look()
        with stopped(pid_of(postgres)):
            begun = time.monotonic()
            with pytest.raises(Unmeasured, match="postgres: no response"):
                await source.look()
            took = time.monotonic() - begun

        assert CONNECTIONS in named(await source.look())
    assert took <= WITHIN_SECONDS


async def test_a_backend_that_hangs_is_left_behind(postgres: Server, tmp_path: Path) -> None:
    """Its disk may hang and the rest answer."""
    async with measuring(postgres, tmp_path) as source:
        await source.look()
        with postgres.connect("postgres") as connection:
            found = connection.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'aws-metrics'")
            [(pid,)] = found.fetchall()
        with stopped(pid):
            begun = time.monotonic()
            with pytest.raises(Unmeasured, match="postgres: TimeoutError"):
                await source.look()
            took = time.monotonic() - begun

            assert CONNECTIONS in named(await source.look())
    assert took <= WITHIN_SECONDS


async def test_a_server_that_is_away_has_no_numbers_and_is_measured_when_it_is_back(
    postgres: Server, tmp_path: Path
) -> None:
    """Its connection is lost with it; the first look afterwards opens another."""
    async with measuring(postgres, tmp_path) as source:
        await source.look()
        with postgres.connect("postgres") as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'aws-metrics'"
            )
        with pytest.raises(Unmeasured, match="postgres: AdminShutdown"):
            await source.look()

        assert CONNECTIONS in named(await source.look())


async def test_nobody_there_is_said_at_once(tmp_path: Path) -> None:
    """A port that nobody listens on answers, in its way."""
    nobody = Server(host=str(tmp_path), log=tmp_path / "log")

    async with measuring(nobody, tmp_path) as source:
        with pytest.raises(Unmeasured, match="postgres: no response"):
            async with asyncio.timeout(WITHIN_SECONDS):
                await source.look()
