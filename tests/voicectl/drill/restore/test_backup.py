"""A copy of the storage, as a snapshot is, is compared with an original that has been written to since."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from control_plane.compare import MARGIN, Compared, compared
from tests.control_plane.settings import VARIABLES
from voicectl.drill.restore.server import Server, new_server, serving
from voicectl.up.postgres import program
from voicectl.up.privileges import give, without_root
from voicectl.up.state import ROOT

SCHEMA = """
    CREATE TABLE sessions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL);
    CREATE TABLE turns (session bigint REFERENCES sessions, said text);
    CREATE TABLE empty (id int);
    INSERT INTO sessions (state) SELECT 'ended' FROM generate_series(1, 300);
    INSERT INTO turns SELECT n, 'word ' || n FROM generate_series(1, 300) AS n;
    INSERT INTO turns SELECT 1, 'twice the same' FROM generate_series(1, 2);
"""


@pytest.fixture(scope="module")
def source() -> Iterator[Server]:
    """An original."""
    with new_server() as server:
        yield server


@pytest.fixture
def written(source: Server) -> Server:
    """With its rows, as before every backup."""
    with source.connect(autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        for statement in SCHEMA.split(";"):  # a transaction each
            connection.execute(statement.encode())
    return source


@contextmanager
def restored(source: Server) -> Iterator[Server]:
    """The storage as it is now, with a server of its own."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "postgres").mkdir()
        give(folder / "postgres")
        base = [str(program("pg_basebackup")), f"--pgdata={folder / 'postgres' / 'data'}", "--checkpoint=fast"]
        subprocess.run(
            [*without_root(), *base], env={**os.environ, **source.variables()}, check=True, capture_output=True
        )
        with serving(folder, password=source.password) as server:
            yield server


def run(server: Server, *statements: str) -> None:
    """A transaction each."""
    with server.connect(autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def looked(source: Server, copy: Server, *, margin: int = 0) -> dict[str, Compared]:
    """By table, without its schema; the backup was made when nothing was going on."""
    with source.connect() as ours, copy.connect() as theirs:
        return {each.table.removeprefix("public."): each for each in compared(ours, theirs, margin=margin)}


def test_what_was_written_since_is_not_asked_for(written: Server) -> None:
    """The platform went on; all that has not changed must be in the copy, and is."""
    with restored(written) as copy:
        run(
            written,
            "INSERT INTO sessions (state) VALUES ('opened'), ('opened')",
            "UPDATE sessions SET state = 'failed' WHERE id <= 10",
            "DELETE FROM turns WHERE session BETWEEN 20 AND 24",
            "CREATE TABLE IF NOT EXISTS late (id int)",
        )
        found = looked(written, copy)

    assert found["sessions"] == Compared("public.sessions", rows=300, asked=290, missing=0)
    assert found["turns"] == Compared("public.turns", rows=302, asked=297, missing=0)
    assert found["empty"].is_good
    assert found["late"].said == "is missing in the copy"


@pytest.mark.parametrize(
    ("spoilt_by", "table", "missing"),
    [
        ("DELETE FROM turns WHERE session = 100", "turns", 1),
        ("DELETE FROM turns WHERE ctid = (SELECT max(ctid) FROM turns)", "turns", 1),
        ("UPDATE turns SET said = 'other' WHERE session BETWEEN 100 AND 104", "turns", 5),
        ("TRUNCATE turns", "turns", 302),
    ],
    ids=["a row is gone", "one of two that are the same", "rows are not as they were", "all are gone"],
)
def test_what_a_copy_lacks_is_counted(spoilt_by: str, table: str, missing: int, written: Server) -> None:
    """Also where the copy is writable, as a restored instance is."""
    with restored(written) as copy:
        run(written, "INSERT INTO sessions (state) VALUES ('opened')")
        run(copy, spoilt_by)  # a transaction, which counts
        found = looked(written, copy, margin=1)

    assert found[table].missing == missing
    assert found["sessions"].is_good


def test_a_table_that_changed_its_shape_cannot_be_compared(written: Server) -> None:
    """A column was added since: every row reads otherwise, and nothing is lost."""
    with restored(written) as copy:
        run(written, "ALTER TABLE turns ADD COLUMN more int DEFAULT 5")
        found = looked(written, copy)

    assert found["turns"].said.startswith("has other columns since the backup")
    assert not found["turns"].is_good


def test_what_may_have_been_open_at_the_backup_is_not_asked_for(written: Server) -> None:
    """It would be missing by right; what is older is asked for all the same."""
    with restored(written) as copy:
        run(copy, "DELETE FROM turns WHERE session = 100")
        near, far = looked(written, copy, margin=1000), looked(written, copy, margin=1)

    assert (near["turns"].asked, near["turns"].missing) == (0, 0)
    assert (far["turns"].asked, far["turns"].missing) == (302, 1)


def test_a_young_database_has_nothing_that_is_old_enough(written: Server) -> None:
    """With fewer transactions than the margin the horizon must not wrap to the end of all numbers."""
    with restored(written) as copy:
        run(written, "INSERT INTO sessions (state) VALUES ('opened')")
        found = looked(written, copy, margin=10**6)

    assert {name: (each.asked, each.missing) for name, each in found.items()} == {
        "empty": (0, 0),
        "sessions": (0, 0),
        "turns": (0, 0),
    }


def test_a_task_that_compared_nothing_ends_as_a_failure(written: Server) -> None:
    """Every row was written within the margin, so not one was looked for."""
    with restored(written) as copy:
        command = [sys.executable, "-m", "control_plane.compare", "--copy", f"{copy.host}:{copy.port}"]
        ended = subprocess.run(
            command, env=task_variables(written), capture_output=True, text=True, timeout=60, check=False
        )

    last = json.loads(ended.stdout.splitlines()[-1])
    assert (ended.returncode, last["asked"], last["wrong"]) == (1, 0, [])
    assert last["rows"] > 0


@pytest.mark.parametrize(("spoilt", "code", "wrong"), [(False, 0, []), (True, 1, ["public.turns"])])
def test_it_runs_as_a_task_and_says_it_in_its_log(spoilt: bool, code: int, wrong: list[str], written: Server) -> None:
    """A line for each table and one for all; exit code 1 when something is missing. No word of any row."""
    counted = "SELECT pg_current_xact_id()"  # a transaction that writes nothing
    run(written, *[counted] * MARGIN)
    with restored(written) as copy:
        run(copy, "DELETE FROM turns WHERE session = 100" if spoilt else counted)
        command = [sys.executable, "-m", "control_plane.compare", "--copy", f"{copy.host}:{copy.port}"]
        ended = subprocess.run(
            command, env=task_variables(written), capture_output=True, text=True, timeout=60, check=False
        )

    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == code, ended.stderr
    assert [line["table"] for line in lines[:-1]] == ["public.empty", "public.sessions", "public.turns"]
    assert (lines[-1]["event"], lines[-1]["tables"], lines[-1]["wrong"]) == ("copy compared", 3, wrong)
    assert "word" not in ended.stdout


def task_variables(server: Server) -> dict[str, str]:
    """What the migration's task definition gives it: the application's role, and the owner's credentials."""
    owner = {"username": server.user, "password": server.password}
    return {
        **VARIABLES,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "SERVICE": "migration",
        "DATABASE_HOST": server.host,
        "DATABASE_PORT": str(server.port),
        "DATABASE_NAME": server.database,
        "DATABASE_USER": "voiceplane_app",
        "DATABASE_SSLMODE": "disable",
        "DATABASE_OWNER_CREDENTIALS": json.dumps(owner),
    }
