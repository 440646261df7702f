"""Each process reads its own class, connects as it is told, and says what it was not told."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from contract.environment import ApiEnv, CeleryEnv, MigrationEnv
from contract.services import API
from control_plane.databases import as_owner, databases, iam_token, pool_size
from control_plane.environment import broker_url, narrow, port_of, read_environment
from control_plane.errors import Unconfigured
from tests.control_plane.settings import VARIABLES
from tests.platform.postgres import Postgres


def told(**different: str) -> dict[str, str]:
    """Variables of a process."""
    return {**VARIABLES, **different}


def test_the_service_says_which_class_is_read() -> None:
    """One image, several processes."""
    worker = read_environment(told(SERVICE="celery", CELERY_POOL="voice", CELERY_CONCURRENCY="2"))

    assert isinstance(read_environment(told()), ApiEnv)
    assert isinstance(worker, CeleryEnv)


@pytest.mark.parametrize("service", ["", "agent", "flower", "nobody"])
def test_a_service_that_is_none_of_ours_is_refused(service: str) -> None:
    """Named with those that are."""
    with pytest.raises(Unconfigured, match="set it to one of api, beat, celery, migration, supervisor"):
        read_environment(told(SERVICE=service))


def test_an_entry_point_of_another_service_is_refused() -> None:
    """A worker with the API's variables would consume nothing."""
    with pytest.raises(Unconfigured, match="whose variables are not CeleryEnv"):
        narrow(read_environment(told()), CeleryEnv)


@pytest.mark.parametrize(
    ("service", "pool", "size"),
    [("api", "", 20), ("celery", "voice", 1), ("celery", "notifications", 20), ("beat", "", 2)],
)
def test_a_process_holds_as_many_connections_as_synth_counted(service: str, pool: str, size: int) -> None:
    """A child of a prefork worker has one; otherwise max_connections would be passed at the peak."""
    environment = read_environment(told(SERVICE=service, CELERY_POOL=pool, CELERY_CONCURRENCY="4"))

    assert pool_size(environment) == size


def test_without_a_password_each_connection_signs_in_with_a_fresh_token(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An IAM token lives for 15 minutes, a pool for days."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    variables = told(DATABASE_HOST="db.example.com")
    del variables["DATABASE_PASSWORD"]
    options: dict[str, Any] = databases(read_environment(variables))["default"]["OPTIONS"]
    kind = options["pool"]["connection_class"]

    with kind.connect(host=postgres.host, port=postgres.port, user=postgres.user, dbname="postgres") as connection:
        password = connection.pgconn.password.decode()

    assert "X-Amz-Signature=" in password


def test_a_token_is_signed_for_one_host_port_and_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """RDS compares them all."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")

    token = iam_token(host="db.example.com", port=5433, user="voiceplane_app", region="eu-west-1")

    parts = urlsplit(f"https://{token}")
    asked = parse_qs(parts.query)
    assert (parts.hostname, parts.port) == ("db.example.com", 5433)
    assert (asked["DBUser"], asked["Action"], asked["X-Amz-Expires"]) == (["voiceplane_app"], ["connect"], ["900"])


def test_the_brokers_password_is_in_its_url_and_its_certificate_checked() -> None:
    """ElastiCache takes nothing but TLS."""
    variables = told(BROKER_REDIS_URL="rediss://broker.example.com:6379/0", BROKER_REDIS_PASSWORD="word")

    assert broker_url(read_environment(variables)) == "rediss://:word@broker.example.com:6379/0?ssl_cert_reqs=required"


def test_a_laptop_says_which_port_and_aws_does_not() -> None:
    """Free ports on the one, the contract's on the other."""
    on_aws = told()
    del on_aws["LOCAL_PORT"]

    assert port_of(read_environment(told(LOCAL_PORT="4711")), API) == 4711
    assert port_of(read_environment(on_aws), API) == 8000


def test_the_migration_alone_is_the_owner() -> None:
    """Through RDS's own secret; as anybody else it could not make roles."""
    owner = json.dumps({"username": "voiceplane_owner", "password": "p/w"})
    environment = as_owner(read_environment(told(SERVICE="migration", DATABASE_OWNER_CREDENTIALS=owner)))

    assert isinstance(environment, MigrationEnv)
    assert databases(environment)["default"]["USER"] == "voiceplane_owner"
    assert databases(as_owner(read_environment(told())))["default"]["USER"] == "postgres"


def test_pgbouncer_gets_no_server_side_cursors() -> None:
    """A transaction may be on another connection than the one before it."""
    setting = databases(read_environment(told(DATABASE_VIA_PGBOUNCER="true")))["default"]

    assert setting["DISABLE_SERVER_SIDE_CURSORS"] is True
