"""Of all supervisors one leads: it has a session-level advisory lock of PostgreSQL, on a connection of its own.

A leader that loses its connection has lost the lock, and knows it at its next look.
"""

from typing import Any, Final

import psycopg
from django.db import connections

LOCK: Final = 0x564F4943  # "VOIC": the number is ours in this database


class Leadership:
    """The lock of one supervisor."""

    def __init__(self) -> None:
        """Nobody leads yet."""
        self._connection: psycopg.Connection[Any] | None = None

    def have(self) -> bool:
        """Take the lock, or see that it is still there; False while another supervisor has it, or nobody answers."""
        try:
            if self._connection is None:
                self._connection = _connect()
                return self._take(self._connection)
            self._connection.execute("SELECT 1")
        except psycopg.OperationalError:
            self.release()
            return False
        return self._connection is not None

    def release(self) -> None:
        """Let another one lead."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _take(self, connection: psycopg.Connection[Any]) -> bool:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        if row is not None and row[0]:
            return True
        self.release()
        return False


def _connect() -> psycopg.Connection[Any]:
    """A connection outside the pool: a pooled one would be lent to somebody else, lock and all."""
    parameters: dict[str, Any] = dict(connections["default"].get_connection_params())
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    return psycopg.connect(**parameters, autocommit=True)
