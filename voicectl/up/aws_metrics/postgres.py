"""PostgreSQL in the place of RDS."""

import asyncio
import shutil
from collections.abc import Iterator
from typing import Any, Final

import psutil
import psycopg
from psycopg import pq

from contract import aws_metrics as aws
from contract.environment import DatabaseEnv
from control_plane.databases import address_of
from voicectl.up.aws_metrics.cpu import Cpu
from voicectl.up.aws_metrics.here import Here
from voicectl.up.aws_metrics.readings import Reading
from voicectl.up.aws_metrics.wanted import POSTGRES
from voicectl.up.errors import Unmeasured

ANSWER_SECONDS: Final = 2
# As RDS counts: connections of clients, without those that measure. The kind of somebody else's is only shown to a
# superuser, or to a member of pg_monitor; then those that have a user and a database are taken for clients.
COUNTS: Final = """
SELECT (SELECT count(*) FROM pg_stat_activity
        WHERE coalesce(backend_type, 'client backend') = 'client backend'
          AND datid IS NOT NULL AND usesysid IS NOT NULL AND pid <> pg_backend_pid()),
       (SELECT max(age(datfrozenxid)) FROM pg_database)
"""


class Postgres:
    """Measures the database over one connection that it keeps, so that one too many connections do not silence it."""

    name = POSTGRES

    def __init__(self, environment: DatabaseEnv, *, here: Here) -> None:
        """Connect later."""
        self._address = address_of(environment, name="aws-metrics", connect_timeout=ANSWER_SECONDS)
        self._here, self._cpu = here, Cpu()
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def look(self) -> list[Reading]:
        """Measure it; its machine too when it is this one."""
        # A server that hangs still has our connection's backend answer; so the server itself is asked first.
        answer = await asyncio.to_thread(pq.PGconn.ping, self._address.encode())
        if answer != pq.Ping.OK:
            raise Unmeasured(f"postgres: {pq.Ping(answer).name.lower().replace('_', ' ')}")
        connections, transaction_ids = await self._counts()
        return [
            Reading(aws.DATABASE_CONNECTIONS, POSTGRES, connections),
            Reading(aws.DATABASE_TRANSACTION_IDS, POSTGRES, transaction_ids),
            *self._of_the_machine(),
        ]

    async def close(self) -> None:
        """Hang up."""
        if self._connection:
            await self._connection.close()
            self._connection = None

    async def _counts(self) -> tuple[float, float]:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                if self._connection is None:
                    self._connection = await psycopg.AsyncConnection.connect(self._address, autocommit=True)
                row = await (await self._connection.execute(COUNTS)).fetchone()
        except (psycopg.Error, TimeoutError) as silent:
            await self.close()
            raise Unmeasured(f"postgres: {type(silent).__name__}") from None
        assert row is not None  # an aggregate has one row always
        return float(row[0]), float(row[1])

    def _of_the_machine(self) -> Iterator[Reading]:
        """A database that a person brought runs on theirs."""
        process = self._here.process(POSTGRES)
        if process is None:
            return
        yield Reading(aws.DATABASE_FREE_STORAGE, POSTGRES, shutil.disk_usage(self._here.folder / POSTGRES).free)
        yield Reading(aws.DATABASE_FREE_MEMORY, POSTGRES, psutil.virtual_memory().available)
        percent = self._cpu.percent(process.pid)
        if percent is not None:
            yield Reading(aws.DATABASE_CPU, POSTGRES, percent)
