"""What is in a database, in numbers: rows of each table, and a checksum that no order changes."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from psycopg import Connection, sql

# A row is hashed as text, which must not depend on who looks.
SETTINGS: Final = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
}
TABLES: Final = """
    SELECT namespace.nspname, relation.relname
    FROM pg_class AS relation JOIN pg_namespace AS namespace ON namespace.oid = relation.relnamespace
    WHERE relation.relkind = 'r' AND relation.relpersistence <> 't'
      AND namespace.nspname NOT LIKE 'pg\\_%' AND namespace.nspname <> 'information_schema'
    ORDER BY 1, 2
"""
# 120 bits of each row's digest, added up: a sum knows a row that is there twice, as XOR does not.
SUM: Final = """
    SELECT count(*), coalesce(sum(('x' || substr(digest, 1, 15))::bit(60)::bigint), 0)::text,
           coalesce(sum(('x' || substr(digest, 17, 15))::bit(60)::bigint), 0)::text
    FROM (SELECT md5(entry::text) AS digest FROM {table} AS entry) AS hashed
"""


class Sum(NamedTuple):
    """One table."""

    rows: int
    checksum: str


class Difference(NamedTuple):
    """One table that is not the same on both sides."""

    table: str
    said: str


def sums(connection: Connection) -> dict[str, Sum]:
    """Read every table of a database once, by its name with its schema; within a transaction it is one moment's."""
    read_alike(connection)
    tables = connection.execute(TABLES).fetchall()
    return {f"{schema}.{name}": _sum(connection, schema, name) for schema, name in tables}


def read_alike(connection: Connection) -> None:
    """Let rows read the same as text, whoever looks."""
    for name, value in SETTINGS.items():
        connection.execute("SELECT set_config(%s, %s, false)", [name, value])


def differences(original: Mapping[str, Sum], copy: Mapping[str, Sum]) -> list[Difference]:
    """Answer every table in which a copy is not what it was made of; none where it is."""
    return [
        Difference(table, said)
        for table in sorted(original.keys() | copy.keys())
        if (said := _difference(original.get(table), copy.get(table)))
    ]


def _sum(connection: Connection, schema: str, name: str) -> Sum:
    statement = sql.SQL(SUM).format(table=sql.Identifier(schema, name))
    row = connection.execute(statement).fetchone()
    assert row is not None  # an aggregate always answers
    return Sum(int(row[0]), f"{int(row[1]):x}.{int(row[2]):x}")


def _difference(original: Sum | None, copy: Sum | None) -> str:
    if copy is None:
        return "is missing in the copy"
    if original is None:
        return "is in the copy only"
    if original.rows != copy.rows:
        return f"has {copy.rows:,} rows in the copy instead of {original.rows:,}"
    return "" if original == copy else f"has the same {copy.rows:,} rows, and something in them is not the same"
