"""Around the API: health, probes, other origins, the schema, and what Django thinks of its settings."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest
import yaml
from django.core.management import call_command
from django.db import connection
from django.test import Client

from tests.control_plane.settings import PAGE_ORIGIN
from tests.platform.valkey import Valkey

pytestmark = pytest.mark.usefixtures("stores")


def test_health_names_the_store_that_is_away(stranger: Client, broker_valkey: Valkey) -> None:
    """The smoke test and people ask it; a load balancer asks /readyz, which bears the loss of Valkey."""
    well = stranger.get("/api/health").json()
    with broker_valkey.outage():
        ill = stranger.get("/api/health")
        ready = stranger.get("/readyz")

    assert well == {"status": "ok", "release": "sha-tests", "database": True, "live_state": True, "broker": True}
    assert (ill.status_code, ill.json()["broker"], ill.json()["database"]) == (503, False, True)
    assert ready.status_code == 200


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_probes_are_answered_without_a_credential(stranger: Client, path: str) -> None:
    """ECS and Prometheus have none."""
    assert stranger.get(path).status_code == 200


def test_the_page_may_ask_from_its_origin(stranger: Client) -> None:
    """Amplify serves it from another host than the API."""
    headers = {"Origin": PAGE_ORIGIN, "Access-Control-Request-Method": "POST"}

    preflight = stranger.options("/api/v1/sessions", headers=headers)
    answer = stranger.get("/api/v1/sessions", headers={"Origin": PAGE_ORIGIN})

    assert preflight.status_code == 204
    assert preflight["Access-Control-Allow-Origin"] == answer["Access-Control-Allow-Origin"] == PAGE_ORIGIN
    assert "Idempotency-Key" in preflight["Access-Control-Allow-Headers"]


def test_no_other_origin_may_read_an_answer(stranger: Client) -> None:
    """A browser keeps it from the page that asked."""
    answer = stranger.get("/api/v1/sessions", headers={"Origin": "https://evil.example"})

    assert "Access-Control-Allow-Origin" not in answer
    assert "Origin" in answer["Vary"]


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("path", ["/", "/nothing", "/internal", "/api/v1/nothing", "/api/v1/sessions/%00"])
def test_an_unknown_path_is_a_problem_that_says_so(client: Client, path: str, method: str) -> None:
    """A slip in an address is the client's, not ours; a NUL is in no session's id."""
    answer = getattr(client, method)(path)

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"


def test_a_cursor_that_is_not_ours_is_a_problem(client: Client) -> None:
    """Whatever somebody made of it, up to a character that PostgreSQL cannot compare."""
    cursors = ("zzz", b64encode(b"p=a%00b").decode())

    assert [client.get("/api/v1/sessions", {"cursor": cursor}).status_code for cursor in cursors] == [404, 404]


def test_a_mistake_of_ours_is_logged_and_not_shown(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """The client reads that it was ours; whoever is paged reads which it was."""
    client.raise_request_exception = False
    with without_sessions_table():
        answer = client.get("/api/v1/sessions")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "voice_sessions_voicesession" not in answer.content.decode()
    assert "ProgrammingError" in caplog.text
    assert "Traceback" in caplog.text


@contextmanager
def without_sessions_table() -> Iterator[None]:
    """A database that is behind the code."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE voice_sessions_voicesession RENAME TO put_away")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE put_away RENAME TO voice_sessions_voicesession")


def test_the_schema_is_whole(client: Client) -> None:
    """Every operation has its answers, errors and kind of credential; drf-spectacular warns of nothing."""
    schema = yaml.safe_load(client.get("/api/schema").content)
    said = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO(), stderr=said)

    operations = {each["operationId"]: each for path in schema["paths"].values() for each in path.values()}
    assert set(operations) == {
        "sessions_create",
        "sessions_list",
        "sessions_read",
        "sessions_end",
        "sessions_token",
        "sessions_ticket",
        "turns_post",
        "heartbeat_post",
        "finish_post",
    }
    assert {"201", "401", "409", "413", "422", "503"} <= set(operations["sessions_create"]["responses"])
    assert operations["finish_post"]["security"] == [{"callbackToken": []}]
    assert schema["openapi"] == "3.1.0"
    assert said.getvalue() == ""


def test_no_migration_is_missing() -> None:
    """A model that was changed without one fails at the first query in production."""
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
