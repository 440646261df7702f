"""A person sees which service holds the database's connections, and can end those whose transaction is too old."""

import json
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection, connections

from control_plane.connections import end, held
from tests.control_plane.processes import environment_of
from tests.platform.aws import Aws

pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def stranger() -> Iterator[psycopg.Connection]:
    """Somebody else's connection, in a transaction that is open."""
    parameters = dict(connections["default"].get_connection_params())
    known = {name: parameters[name] for name in ("host", "port", "dbname", "user", "password") if name in parameters}
    with psycopg.connect(**known, application_name="celery-voice") as opened:
        opened.execute("SELECT 1")
        yield opened


def test_every_holder_is_named_with_its_state(stranger: psycopg.Connection) -> None:
    """A count without names says that there are too many, and not whose."""
    found = {each.service: each for each in held()}

    assert (found["celery-voice"].state, found["celery-voice"].number) == ("idle in transaction", 1)
    assert not stranger.closed


def test_our_own_connections_have_our_services_name() -> None:
    """The name is set where connections are made; without it everybody is nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('application_name')")
        row = cursor.fetchone()

    assert row == ("api",)


def test_an_old_transaction_is_ended_and_a_young_one_is_not(stranger: psycopg.Connection) -> None:
    """What is ended is rolled back: only what has certainly hung may be."""
    young = end(after_seconds=3600)
    old = end(after_seconds=0)

    assert (young, old) == (0, 1)
    with pytest.raises(psycopg.OperationalError):
        stranger.execute("SELECT 1")


def test_it_runs_as_the_runbook_runs_it(stranger: psycopg.Connection, aws: Aws) -> None:
    """As a one-off task of the supervisor's; what it says is a line of that service's log for each holder."""
    variables = environment_of("supervisor", aws, AGENT_CLUSTER="tests", AGENT_SERVICE="agent")
    command = [sys.executable, "-m", "control_plane.connections", "--end-after", "3600"]

    ended = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60, check=False)

    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    holders = {line["holder"]: line for line in lines if line["event"] == "connections held"}
    assert ended.returncode == 0, ended.stderr
    assert holders["celery-voice"]["state"] == "idle in transaction"
    assert [line["count"] for line in lines if line["event"] == "connections ended"] == [0]
    assert {line["service"] for line in lines} == {"supervisor"}
    assert not stranger.closed
