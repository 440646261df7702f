"""The migration: `python -m control_plane.migrate`, one at a time; makes the roles that others sign in as."""

import os
from typing import Any, Final

from contract.database import APPLICATION_ROLE, POOL_ROLE
from contract.environment import MigrationEnv
from control_plane.environment import narrow, read_environment

LOCK: Final = 0x766F696365  # "voice"; any number that everybody who migrates agrees on
WAIT: Final = "30min"  # for another migration; less than CloudFormation waits for this one
IAM_ROLE: Final = "rds_iam"  # RDS's own; whoever has it signs in with a token


def main() -> None:
    """Migrate, then let the roles in; a second one at the same time waits and finds nothing to do."""
    environment = narrow(read_environment(os.environ), MigrationEnv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "control_plane.settings")
    import django

    from runtime.kit import logs

    logs.configure(environment)
    django.setup()
    migrate(environment)


def migrate(environment: MigrationEnv) -> None:
    """Migrate under a lock; where there is an owner, as the owner, and then make the roles."""
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [WAIT])
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            call_command("migrate", verbosity=1, interactive=False)
            if environment.database_owner_credentials:
                _admit(environment)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _admit(environment: MigrationEnv) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        _make_role(cursor, APPLICATION_ROLE, password=None)
        if environment.pool_role_password:
            _make_role(cursor, POOL_ROLE, password=environment.pool_role_password.get_secret_value())


def _make_role(cursor: Any, role: str, *, password: str | None) -> None:
    """Read and write rows, now and in tables to come; own nothing."""
    from psycopg import sql

    name = sql.Identifier(role)

    def run(statement: str, **values: sql.Composable) -> None:
        cursor.execute(sql.SQL(statement).format(role=name, **values))

    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    if cursor.fetchone() is None:
        run("CREATE ROLE {role} LOGIN")
    if password is not None:
        run("ALTER ROLE {role} PASSWORD {password}", password=sql.Literal(password))
    else:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [IAM_ROLE])
        if cursor.fetchone():
            run("GRANT {iam} TO {role}", iam=sql.Identifier(IAM_ROLE))
    run("GRANT USAGE ON SCHEMA public TO {role}")
    run("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
    run("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
    run("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}")
    run("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {role}")


if __name__ == "__main__":
    main()
