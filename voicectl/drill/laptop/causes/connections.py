"""Transactions that hang and keep their connections: the classic way out of a database's connections."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Final

import psycopg

from contract.environment import DatabaseEnv
from contract.services import SUPERVISOR
from control_plane.databases import address_of
from voicectl.drill.errors import NotCaused
from voicectl.drill.laptop.stage import Stage
from voicectl.running.one_off import definition_of

HOLDER: Final = "drill"
MORE: Final = 5  # than the alarm bears: a process of ours may give one back meanwhile
COUNT: Final = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"


@contextmanager
def connections_held(stage: Stage) -> Iterator[Mapping[str, str]]:
    """Begin transactions, and do nothing in them, until the database has more connections than its alarm bears."""
    environment = DatabaseEnv.read(definition_of(stage.folder, SUPERVISOR.name).environment)
    wanted = int(stage.threshold or 0) + MORE
    with ExitStack() as held:
        try:
            first = held.enter_context(_closing(environment))
            (there,) = first.execute(COUNT).fetchone() or (0,)
            for _ in range(wanted - there):
                held.enter_context(_closing(environment)).execute("SELECT 1")
        except psycopg.OperationalError as refused:
            raise NotCaused(f"the database refused a connection: {str(refused).strip()}") from None
        yield {}


@contextmanager
def _closing(environment: DatabaseEnv) -> Iterator["psycopg.Connection[tuple[int]]"]:
    """A connection that may be ended from elsewhere: that is what the runbook does."""
    connection: psycopg.Connection[tuple[int]] = psycopg.connect(address_of(environment, name=HOLDER))
    try:
        yield connection
    finally:
        with suppress(psycopg.OperationalError):
            connection.close()
