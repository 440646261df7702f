"""Django's DATABASES from the contract's variables: a native pool, and an IAM token where there is no password."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

import boto3
from psycopg import Connection

from contract.environment import DatabaseEnv

WAIT_SECONDS: Final = 5  # for a connection of the pool: a restart of PostgreSQL is waited out (facts: reliability B4)
SignIn = Callable[[], str]


def databases(environment: DatabaseEnv, *, region: str) -> dict[str, dict[str, Any]]:
    """Answer the setting.

    Args:
        region: AWS's, for IAM tokens.
    """
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
            "OPTIONS": {"sslmode": environment.database_sslmode, "pool": _pool(environment, region)},
        }
    }


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


def _pool(environment: DatabaseEnv, region: str) -> dict[str, Any]:
    pool = {"min_size": 1, "max_size": environment.database_pool_size, "timeout": WAIT_SECONDS}
    if environment.database_password:
        return pool

    def sign_in() -> str:
        return iam_token(
            host=environment.database_host,
            port=environment.database_port,
            user=environment.database_user,
            region=region,
        )

    return {**pool, "connection_class": signing_in(sign_in)}


@cache
def _rds(region: str) -> Any:
    return boto3.client("rds", region_name=region)
