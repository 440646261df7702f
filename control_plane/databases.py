"""Django's DATABASES from the contract's variables: a native pool, and an IAM token where there is no password."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import boto3
from psycopg import Connection
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from contract.environment import BeatEnv, CeleryEnv, ControlPlaneEnv, DatabaseEnv, MigrationEnv
from control_plane.environment import pool_of

SINGLE_THREAD: Final = 2  # a process that does one thing at a time, and its probe; as `config.connections` counts it
WAIT_SECONDS: Final = 5  # for a connection of the pool: a restart of PostgreSQL is waited out (facts: reliability B4)
SignIn = Callable[[], str]


def databases(environment: ControlPlaneEnv) -> dict[str, dict[str, Any]]:
    """Answer the setting."""
    password = environment.database_password
    return {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": environment.database_host,
            "PORT": environment.database_port,
            "NAME": environment.database_name,
            "USER": environment.database_user,
            "PASSWORD": password.get_secret_value() if password else "",
            "CONN_HEALTH_CHECKS": True,
            # A transaction of PgBouncer's may be on another connection than the one before it.
            "DISABLE_SERVER_SIDE_CURSORS": environment.database_via_pgbouncer,
            "OPTIONS": {
                "application_name": _name(environment),  # whoever looks at pg_stat_activity sees whose it is
                "sslmode": environment.database_sslmode,
                "pool": _pool(environment),
                "server_side_binding": True,  # a slow statement is logged by the server, and values are callers' words
            },
        }
    }


def address_of(environment: DatabaseEnv, *, name: str, **more: Any) -> str:
    """Answer how libpq connects with the password, for a connection that is not Django's.

    Args:
        name: Of whoever connects, for `pg_stat_activity`.
        more: Further parameters of libpq's.
    """
    password = environment.database_password
    return make_conninfo(
        host=environment.database_host,
        port=environment.database_port,
        dbname=environment.database_name,
        user=environment.database_user,
        password=password.get_secret_value() if password else None,
        sslmode=environment.database_sslmode,
        application_name=name,
        **more,
    )


def iam_token(*, host: str, port: int, user: str, region: str) -> str:
    """Answer a password that is good for 15 minutes; signed here, without a request."""
    token: str = _rds(region).generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user, Region=region)
    return token


def signing_in(sign_in: SignIn) -> type[Connection]:
    """Make a kind of connection that asks for its password each time it connects."""

    class SignedIn(Connection):
        @classmethod
        def connect(cls, conninfo: str = "", **options: Any) -> Any:
            return super().connect(conninfo, **{**options, "password": sign_in()})

    return SignedIn


def pool_size(environment: ControlPlaneEnv) -> int:
    """How many connections this process may hold; `config.connections` adds them up at synth."""
    if isinstance(environment, CeleryEnv) and pool_of(environment).execution == "prefork":
        return 1  # each child has its own pool
    if isinstance(environment, BeatEnv | MigrationEnv):
        return min(SINGLE_THREAD, environment.database_pool_size)
    return environment.database_pool_size


def as_owner(environment: ControlPlaneEnv) -> ControlPlaneEnv:
    """Answer the migration's environment with the owner's credentials, where it was given them; any other as it is."""
    if not isinstance(environment, MigrationEnv) or not environment.database_owner_credentials:
        return environment
    owner = json.loads(environment.database_owner_credentials.get_secret_value())
    return environment.model_copy(
        update={"database_user": owner["username"], "database_password": SecretStr(owner["password"])}
    )


def _name(environment: ControlPlaneEnv) -> str:
    """The ECS service's."""
    return f"celery-{environment.celery_pool}" if isinstance(environment, CeleryEnv) else environment.service


def _pool(environment: ControlPlaneEnv) -> dict[str, Any]:
    pool = {"min_size": 1, "max_size": pool_size(environment), "timeout": WAIT_SECONDS}
    if environment.database_password:
        return pool

    def sign_in() -> str:
        return iam_token(
            host=environment.database_host,
            port=environment.database_port,
            user=environment.database_user,
            region=environment.aws_region,
        )

    return {**pool, "connection_class": signing_in(sign_in)}


@cache
def _rds(region: str) -> Any:
    return boto3.client("rds", region_name=region)
