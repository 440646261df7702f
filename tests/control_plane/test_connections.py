"""A person sees which service holds the database's connections, and can end those whose transaction is too old."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection, connections

from control_plane.connections import end, held

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
