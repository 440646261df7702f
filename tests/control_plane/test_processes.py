"""Every entry point starts as its container does, serves what it promises, and leaves when it is told to."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from contract.database import APPLICATION_ROLE, POOL_ROLE
from contract.metrics import API_REQUESTS, BEAT_SENT, ENVIRONMENT, NAMESPACE, Metric
from tests.control_plane.processes import Running, environment_of, running
from tests.control_plane.settings import PAGE_ORIGIN
from tests.platform.aws import Aws
from tests.platform.postgres import Postgres
from tests.platform.waiting import wait_until

pytestmark = pytest.mark.usefixtures("stores")
SESSION_ROUTE = "api/v1/sessions/<slug:session_id>"
KEY = {"Authorization": "Bearer api-key-of-the-tests"}


def test_the_api_serves(aws: Aws, tmp_path: Path) -> None:
    """Granian, the record, the back office's own files; SIGTERM ends it with status 0."""
    with running("control_plane.serve", service="api", aws=aws, folder=tmp_path) as started:
        started.wait_ready()
        asked = {"simulation_service": "local", "transport": "websocket", "prompt": "my secret illness"}
        made = httpx.post(f"{started.url}/api/v1/sessions", json=asked, headers=KEY)
        listed = httpx.get(f"{started.url}/api/v1/sessions", headers={**KEY, "Origin": PAGE_ORIGIN})
        style = httpx.get(f"{started.url}/static/admin/css/base.css")
        too_long = httpx.post(f"{started.url}/api/v1/sessions", content=b"x" * 1_100_000, headers=KEY)
        health = httpx.get(f"{started.url}/api/health")

    assert (made.status_code, style.status_code, too_long.status_code, health.status_code) == (201, 200, 413, 200)
    assert [each["id"] for each in listed.json()["results"]] == [made.json()["id"]]
    assert started.process.returncode == 0
    said = started.log.read_text()
    assert "illness" not in said
    assert made.json()["token"] not in said
    assert "api-key-of-the-tests" not in said


def test_every_line_that_the_api_says_is_json(aws: Aws, tmp_path: Path) -> None:
    """CloudWatch Logs Insights reads fields, not prose."""
    with running("control_plane.serve", service="api", aws=aws, folder=tmp_path) as started:
        started.wait_ready()
        httpx.get(f"{started.url}/api/v1/sessions")

    lines = [json.loads(line) for line in started.log.read_text().splitlines()]
    assert {(line["service"], line["environment"], line["release"]) for line in lines} == {
        ("api", "tests", "sha-tests")
    }


def test_the_api_measures_its_requests(aws: Aws, tmp_path: Path) -> None:
    """By route, which holds no session's id; CloudWatch has the last ones too when it is stopped."""
    earlier = published(aws, API_REQUESTS)
    with running("control_plane.serve", service="api", aws=aws, folder=tmp_path) as started:
        started.wait_ready()
        before = httpx.get(f"{started.url}/metrics").text
        httpx.get(f"{started.url}/api/v1/sessions/vs_1", headers=KEY)
        httpx.request("BREW", f"{started.url}/nothing")
        after = httpx.get(f"{started.url}/metrics").text

    assert "process_cpu_seconds_total" in before
    assert count_of(after, "voice_api_requests_total", method="GET", route=SESSION_ROUTE, status="404") == 1
    assert count_of(after, "voice_api_request_duration_seconds_count", method="GET", route=SESSION_ROUTE) == 1
    assert count_of(after, "voice_api_requests_total", method="other", route="other", status="404") == 1
    assert "readyz" not in after
    assert published(aws, API_REQUESTS) - earlier == 2


def test_the_beat_measures_what_it_sends(aws: Aws, tmp_path: Path) -> None:
    """A beat that is alive and sends one task of five looks alive."""
    earlier = published(aws, BEAT_SENT)
    with running("control_plane.beat", service="beat", aws=aws, folder=tmp_path) as started:
        started.wait_ready("/livez")
        sends = partial(told, started, "voice_beat_tasks_sent_total", task="outbox-sweep")
        wait_until(sends, what="a task of beat's", seconds=20)

    assert published(aws, BEAT_SENT) - earlier >= 1


def told(started: Running, name: str, **labels: str) -> float:
    """One number of a process's `/metrics`; 0 where there is none."""
    return count_of(httpx.get(f"{started.url}/metrics").text, name, **labels)


def count_of(exposition: str, name: str, **labels: str) -> float:
    """One number of Prometheus' text; 0 where there is none."""
    samples = [sample for family in text_string_to_metric_families(exposition) for sample in family.samples]
    return sum(sample.value for sample in samples if (sample.name, sample.labels) == (name, labels))


def published(aws: Aws, metric: Metric) -> float:
    """The sum that CloudWatch has of a metric."""
    now = datetime.now(UTC)
    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=metric.name,
        Dimensions=[{"Name": ENVIRONMENT, "Value": "tests"}],
        StartTime=now - timedelta(minutes=10),
        EndTime=now + timedelta(minutes=1),
        Period=3600,
        Statistics=["Sum"],
    )
    return float(sum(each["Sum"] for each in found["Datapoints"]))


def test_the_beat_answers_its_probe(aws: Aws, tmp_path: Path) -> None:
    """It is alive while it sends."""
    with running("control_plane.beat", service="beat", aws=aws, folder=tmp_path) as started:
        started.wait_ready("/livez")


def test_flower_needs_the_broker_only(aws: Aws, tmp_path: Path) -> None:
    """And lets nobody in without its password."""
    told = {"FLOWER_BASIC_AUTH": "ann:word"}
    with running("control_plane.flower", service="flower", aws=aws, folder=tmp_path, **told) as started:
        started.wait_ready("/healthcheck")
        without = httpx.get(started.url)
        within = httpx.get(started.url, auth=("ann", "word"))

    assert (without.status_code, within.status_code) == (401, 200)
    assert "word" not in started.log.read_text()


def test_the_migration_makes_the_schema_and_the_roles(aws: Aws, postgres: Postgres, tmp_path: Path) -> None:
    """From an empty database, as its owner; twice at once and once again change nothing more."""
    postgres.create_database("fresh")
    _have_an_owner(postgres)
    owner = json.dumps({"username": "voiceplane_owner", "password": "owner's"})
    told = {
        "DATABASE_NAME": "fresh",
        "DATABASE_USER": APPLICATION_ROLE,
        "DATABASE_OWNER_CREDENTIALS": owner,
        "POOL_ROLE_PASSWORD": "pooler's",
    }

    def migration() -> int:
        with (
            running("control_plane.migrate", service="migration", aws=aws, folder=tmp_path, **told) as one,
            running("control_plane.migrate", service="migration", aws=aws, folder=tmp_path, **told) as other,
        ):
            return one.process.wait(90) + other.process.wait(90)

    assert migration() == 0, (tmp_path / "control_plane.migrate-.log").read_text()[-2000:]

    for role in (APPLICATION_ROLE, POOL_ROLE):
        with psycopg.connect(host=postgres.host, port=postgres.port, user=role, dbname="fresh") as connection:
            connection.execute("INSERT INTO voice_sessions_idempotencykey VALUES (%s, '', NULL, now())", [role])
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("DROP TABLE voice_sessions_idempotencykey")


@pytest.mark.parametrize("silk", ["false", "true"])
def test_django_finds_nothing_to_warn_of_behind_tls(aws: Aws, silk: str) -> None:
    """Its own list of what people forget in production; with the profiler of development too."""
    told = environment_of("api", aws, LIVEKIT_URL="wss://livekit.example.com", SILK_ENABLED=silk)
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]

    ran = subprocess.run(
        command,
        env={**told, "DJANGO_SETTINGS_MODULE": "control_plane.settings"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ran.returncode, ran.stdout) == (0, "System check identified no issues (1 silenced).\n"), ran.stderr


def test_a_process_says_what_it_was_not_told(aws: Aws, tmp_path: Path) -> None:
    """And ends, before anything is served; never with a value."""
    with running("control_plane.serve", service="api", aws=aws, folder=tmp_path, DATABASE_PORT="many") as started:
        started.process.wait(30)

    assert started.process.returncode == 1
    assert "ApiEnv: DATABASE_PORT: Input should be a valid integer" in started.log.read_text()


def test_a_port_in_use_is_said(aws: Aws, tmp_path: Path) -> None:
    """Two on one port would each get half."""
    with (
        running("control_plane.beat", service="beat", aws=aws, folder=tmp_path) as first,
    ):
        first.wait_ready("/livez")
        port = first.url.rpartition(":")[2]
        with running("control_plane.beat", service="beat", aws=aws, folder=tmp_path, LOCAL_PORT=port) as second:
            second.process.wait(30)

    assert second.process.returncode == 1
    assert "Address already in use" in second.log.read_text()


def _have_an_owner(postgres: Postgres) -> None:
    """As RDS makes it: no superuser, but it may make roles and owns the database."""
    with postgres.connect("fresh") as connection:
        connection.execute("DROP ROLE IF EXISTS voiceplane_owner")
        connection.execute("CREATE ROLE voiceplane_owner LOGIN CREATEROLE PASSWORD 'owner''s'")
        connection.execute("ALTER DATABASE fresh OWNER TO voiceplane_owner")
