"""A restore drill copies a database that goes on being written to, and sees whatever is not the same."""

import socket
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.platform.postgres import Postgres
from voicectl.drill.errors import RestoreFailed
from voicectl.drill.rehearsals import read
from voicectl.drill.restore.copying import Comparison, compare, copied
from voicectl.drill.restore.laptop import rehearse_restore
from voicectl.drill.restore.server import Server, free_port, new_server, serving
from voicectl.up.environments import LOOPBACK

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NAME = "restore_drill"
SCHEMA = """
    CREATE TABLE sessions (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL, began timestamptz, data jsonb,
        sound bytea, cost double precision, tags text[], kept interval
    );
    CREATE TABLE turns (session bigint REFERENCES sessions, said text);
    CREATE TABLE "Empty one" (id int);
    CREATE SCHEMA other;
    CREATE TABLE other.sessions (id int PRIMARY KEY, at timestamptz DEFAULT now());
    INSERT INTO sessions (state, began, data, sound, cost, tags, kept)
        SELECT 'ended', now() - n * interval '1 minute', jsonb_build_object('n', n, 'who', 'Zoë "Z" \\ O''Neil'),
               decode(md5(n::text), 'hex'), n / 3.0, ARRAY['a', NULL, n::text], n * interval '1 hour'
        FROM generate_series(1, 500) AS n;
    INSERT INTO sessions (state) VALUES ('opened'), ('opened');
    INSERT INTO turns SELECT n, repeat('word ', 50) FROM generate_series(1, 500) AS n;
    INSERT INTO turns SELECT 1, 'twice the same' FROM generate_series(1, 2);
    INSERT INTO other.sessions SELECT n FROM generate_series(1, 10) AS n;
"""


@pytest.fixture
def source(postgres: Postgres) -> Server:
    """A database with rows of many types."""
    postgres.create_database(NAME)
    with postgres.connect(NAME) as connection:
        connection.execute(SCHEMA.encode())
    return Server(postgres.host, postgres.port, postgres.user, "", NAME)


@pytest.fixture(scope="module")
def target() -> Iterator[Server]:
    """A new instance for the copies of this file, which `emptied` empties."""
    with new_server() as server:
        yield server


@pytest.fixture
def emptied(target: Server) -> Server:
    """Without the copy of the test before."""
    with target.connect(autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS other CASCADE")
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return target


def compared(source: Server, target: Server, *, spoilt_by: str = "") -> Comparison:
    """Copy, change something in the copy, compare."""
    with copied(source, target) as both:
        if spoilt_by:
            both.copy.execute(spoilt_by.encode())
        return compare(both)


def test_a_whole_copy_has_no_difference(source: Server, emptied: Server) -> None:
    """Every table of every schema, with as many rows, whatever is in them."""
    found = compared(source, emptied)

    assert found.differences == ()
    assert {name: each.rows for name, each in found.copy.items()} == {
        "public.Empty one": 0,
        "public.sessions": 502,
        "public.turns": 502,
        "other.sessions": 10,
    }
    assert found.rows == 1014


@pytest.mark.parametrize(
    ("spoilt_by", "table", "said"),
    [
        ("UPDATE sessions SET cost = cost + 1e-9 WHERE id = 250", "public.sessions", "has the same 502 rows, and"),
        ("UPDATE sessions SET state = 'ended' WHERE id = 501", "public.sessions", "has the same 502 rows, and"),
        ("UPDATE turns SET said = NULL WHERE session = 7", "public.turns", "has the same 502 rows, and"),
        ("DELETE FROM turns WHERE session = 3", "public.turns", "has 501 rows in the copy instead of 502"),
        ("DELETE FROM turns WHERE ctid = (SELECT max(ctid) FROM turns)", "public.turns", "has 501 rows in the copy"),
        ("INSERT INTO turns VALUES (1, 'twice the same')", "public.turns", "has 503 rows in the copy instead of 502"),
        ("UPDATE turns SET said = 'other' WHERE said = 'twice the same'", "public.turns", "has the same 502 rows"),
        ("DROP TABLE other.sessions", "other.sessions", "is missing in the copy"),
        ('DROP TABLE "Empty one"', "public.Empty one", "is missing in the copy"),
        ("CREATE TABLE more (id int)", "public.more", "is in the copy only"),
        ("ALTER TABLE other.sessions DROP COLUMN at", "other.sessions", "has the same 10 rows, and"),
    ],
    ids=[
        "a billionth", "a word", "a NULL", "a row", "one of two that are the same", "a row too many",
        "both of two that are the same", "a table", "a table without rows", "a table too many", "a column",
    ],
)  # fmt: skip
def test_whatever_is_not_the_same_is_named(
    spoilt_by: str, table: str, said: str, source: Server, emptied: Server
) -> None:
    """A backup that lost one row has lost somebody's call."""
    [difference] = compared(source, emptied, spoilt_by=spoilt_by).differences

    assert difference.table == table
    assert difference.said.startswith(said)


def test_the_order_of_rows_says_nothing(source: Server, emptied: Server) -> None:
    """PostgreSQL gives them as they lie, and in a copy they lie otherwise."""
    moved = (
        "CREATE TEMPORARY TABLE kept AS TABLE turns; DELETE FROM turns; INSERT INTO turns SELECT * FROM kept ORDER BY 2"
    )

    assert compared(source, emptied, spoilt_by=moved).differences == ()


def test_what_is_written_meanwhile_is_not_missed(source: Server, emptied: Server) -> None:
    """The platform goes on: a drill that must stop it is never done. Copy and comparison see one moment."""
    enough, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        with source.connect(autocommit=True) as connection:
            while not enough.is_set():
                connection.execute("INSERT INTO sessions (state) VALUES ('opened')")
                connection.execute("DELETE FROM turns WHERE ctid = (SELECT min(ctid) FROM turns)")
                written += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        found = compared(source, emptied)
    finally:
        enough.set()
        writer.join()

    assert written > 10
    assert found.differences == ()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made: other tests have drills of their own meanwhile."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_port_that_somebody_took_meanwhile_is_another_port(tmp_path: Path) -> None:
    """Between the look whether it is free and PostgreSQL's own there is time enough."""
    with socket.create_server((LOOPBACK, 0)) as other:
        ports = iter([other.getsockname()[1], free_port(tmp_path)])

        with serving(tmp_path, password="drill", port=lambda _: next(ports)) as server:
            assert server.port != other.getsockname()[1]


def test_the_drill_is_remembered_and_leaves_nothing(
    source: Server, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The instance is gone, with its data; the record says what was compared."""
    found = rehearse_restore(source, by="Ada Example", now=NOW, record=place / "drills.toml")

    said = capsys.readouterr().out
    last = read(place / "drills.toml").last_restored
    assert found.differences == ()
    assert last is not None
    assert (last.on, last.by, last.source, last.tables, last.rows) == (NOW, "Ada Example", "dump", 4, 1014)
    assert "public.sessions" in said
    assert "4 tables, 1,014 rows" in said
    assert left(place) == set()


def test_a_failure_leaves_no_instance_either(emptied: Server, place: Path) -> None:
    """Nor a password on a screen."""
    nowhere = emptied._replace(port=1)

    with pytest.raises(RestoreFailed, match="127.0.0.1:1 cannot be asked") as failed, new_server() as target:
        compared(nowhere, target)

    assert emptied.password not in str(failed.value)
    assert left(place) == set()


def test_a_dump_that_cannot_be_restored_says_why(source: Server, emptied: Server) -> None:
    """Such as one into a database that is not empty."""
    with emptied.connect(autocommit=True) as connection:
        connection.execute("CREATE TABLE sessions (other int)")

    with pytest.raises(RestoreFailed, match='pg_restore failed: .*relation "sessions" already exists'):
        compared(source, emptied)


def test_the_original_is_only_read(source: Server, emptied: Server) -> None:
    """A drill must not be able to do harm."""
    with copied(source, emptied) as both, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        both.original.execute("DELETE FROM turns")


def left(place: Path) -> set[str]:
    """Folders of restore drills in a place, and servers that work in one."""
    folders = {str(each) for each in place.glob("voiceplane-restore-*")}
    return folders | {str(link) for link in _working_folders() if str(link).startswith(f"{place}/voiceplane-restore-")}


def _working_folders() -> Iterator[Path]:
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            yield link.readlink()
        except OSError:  # it ended meanwhile
            continue
