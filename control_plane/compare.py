"""`python -m control_plane.compare --copy HOST[:PORT]`: does a restored copy have every row that it should?

Runs as a one-off task of the migration's definition, which signs in as the owner; the copy has the owner's password
too. The original has been written to since the backup, so a row is asked for in the copy only if no transaction has
touched it since: its `xmin`, which a snapshot of the storage keeps, is older than where the copy began to count.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from psycopg import Connection, IsolationLevel, connect, sql

from contract.environment import MigrationEnv
from control_plane.checksums import TABLES, read_alike
from control_plane.databases import address_of, as_owner
from control_plane.environment import narrow, read_environment

MARGIN: Final = 1000  # transactions: those that were open at the moment of the backup, and the copy's own since
XIDS: Final = 2**32
FIRST_XID: Final = 3  # those below have a meaning of their own
ROWS_AT_ONCE: Final = 10_000
COLUMNS: Final = """
    SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum)
    FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
"""


class Compared(NamedTuple):
    """One table.

    Attributes:
        rows: In the copy, all of which were read.
        asked: Rows of the original that have not changed since the backup.
        missing: So many of those are not in the copy, or not as they were.
        said: Why it could not be compared; empty where it was.
    """

    table: str
    rows: int
    asked: int
    missing: int
    said: str = ""

    @property
    def is_good(self) -> bool:
        """Whether nothing is missing."""
        return not self.said and not self.missing


def compared(original: Connection[Any], copy: Connection[Any], *, margin: int = MARGIN) -> Iterator[Compared]:
    """Go through the tables of both; each side is seen at one moment.

    Args:
        margin: So many transactions before the copy's next one are not asked for.
    """
    for side in (original, copy):
        side.isolation_level, side.read_only = IsolationLevel.REPEATABLE_READ, True
        read_alike(side)
    ours, theirs = _tables(original), _tables(copy)
    horizon = _horizon(copy, margin=margin)
    for table in sorted(set(ours) | set(theirs)):
        name = ".".join(table)
        if table not in theirs:
            yield Compared(name, 0, 0, 0, "is missing in the copy")
        elif table not in ours:
            yield Compared(name, 0, 0, 0, "is in the copy only; it was dropped since")
        elif _columns(original, table) != _columns(copy, table):
            yield Compared(name, 0, 0, 0, "has other columns since the backup; take one that is younger")
        else:
            yield _table(original, copy, table, horizon=horizon)


def main() -> None:
    """Compare, say it in the log table by table, and end with 1 where rows are missing, or none was asked for."""
    arguments = _arguments().parse_args()
    environment = as_owner(narrow(read_environment(os.environ), MigrationEnv))
    import structlog

    from runtime.kit import logs

    logs.configure(environment)
    log = structlog.get_logger(__name__)
    host, _, port = arguments.copy.partition(":")
    beside = environment.model_copy(
        update={"database_host": host, "database_port": int(port or environment.database_port)}
    )
    with (
        connect(address_of(environment, name="compare")) as original,
        connect(address_of(beside, name="compare")) as copy,
    ):
        found = []
        for each in compared(original, copy):
            log.info("table compared", table=each.table, rows=each.rows, asked=each.asked, missing=each.missing,
                     said=each.said)  # fmt: skip
            found.append(each)
    wrong = [each.table for each in found if not each.is_good]
    rows, asked = sum(each.rows for each in found), sum(each.asked for each in found)
    log.info("copy compared", tables=len(found), rows=rows, asked=asked, wrong=wrong)
    # A copy that was asked for nothing has shown nothing.
    sys.exit(1 if wrong or not asked else 0)


def _tables(connection: Connection[Any]) -> list[tuple[str, str]]:
    return [(schema, name) for schema, name in connection.execute(TABLES).fetchall()]


def _columns(connection: Connection[Any], table: tuple[str, str]) -> str:
    name = sql.Identifier(*table).as_string(connection)
    row = connection.execute(COLUMNS, [name]).fetchone()
    return str(row[0]) if row else ""


def _horizon(copy: Connection[Any], *, margin: int) -> int:
    """The first transaction that the copy may not have seen the end of; numbers begin anew after four billion."""
    row = copy.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
    assert row is not None
    # The count is of all that ever were; with fewer than the margin none is old enough, rather than all.
    oldest = max(FIRST_XID, int(row[0]) - margin)
    return max(FIRST_XID, oldest % XIDS)


def _table(original: Connection[Any], copy: Connection[Any], table: tuple[str, str], *, horizon: int) -> Compared:
    unchanged = sql.SQL("WHERE age(entry.xmin) > age({}::text::xid)").format(sql.Literal(str(horizon)))
    wanted, there = _digests(original, table, unchanged), _digests(copy, table, sql.SQL(""))
    rows = asked = missing = 0
    at = next(there, None)
    for digest in wanted:
        asked += 1
        while at is not None and at < digest:
            rows, at = rows + 1, next(there, None)
        if at == digest:
            rows, at = rows + 1, next(there, None)
        else:
            missing += 1
    rows += (at is not None) + sum(1 for _ in there)
    return Compared(".".join(table), rows, asked, missing)


def _digests(connection: Connection[Any], table: tuple[str, str], which: sql.Composable) -> Iterator[str]:
    """In order, a part at a time: a table may be larger than the task."""
    statement = sql.SQL('SELECT md5(entry::text) COLLATE "C" FROM {table} AS entry {which} ORDER BY 1').format(
        table=sql.Identifier(*table), which=which
    )
    with connection.cursor(name="digests") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(statement)
        for (digest,) in cursor:
            yield digest


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="control_plane.compare", description="Does a restored copy have every row?")
    parser.add_argument(
        "--copy", required=True, metavar="HOST[:PORT]", help="of the restored instance; the port, if it is another"
    )
    return parser


if __name__ == "__main__":
    main()
