"""`python -m control_plane.connections [--end-after SECONDS]`: who holds the database's connections, for a person.

Runs as a one-off task of any service that has the database, and says it in that service's log.
"""

import argparse
import os
from typing import Final, NamedTuple

from control_plane.environment import read_environment

OTHERS: Final = "datname = current_database() AND pid <> pg_backend_pid()"
HELD: Final = f"""
    SELECT application_name, coalesce(state, 'not ours to see'), count(*),
           coalesce(max(extract(epoch FROM now() - xact_start)), 0)
    FROM pg_stat_activity WHERE {OTHERS} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
ENDED: Final = f"""
    SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE {OTHERS} AND usename = current_user AND xact_start < now() - make_interval(secs => %s)
"""


class Held(NamedTuple):
    """Connections of one service in one state.

    Attributes:
        seconds: Age of the oldest transaction among them; 0 for none.
    """

    service: str
    state: str
    number: int
    seconds: int


def held() -> list[Held]:
    """Answer who holds connections to our database, those with the most first."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(HELD)
        return [
            Held(service or "?", state, number, int(seconds)) for service, state, number, seconds in cursor.fetchall()
        ]


def end(*, after_seconds: float) -> int:
    """End the connections of our role whose transaction is older, and answer how many; their work is rolled back."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(ENDED, [after_seconds])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def main() -> None:
    """Say who holds what; then, if asked to, end what is too old."""
    arguments = _arguments().parse_args()
    environment = read_environment(os.environ)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "control_plane.settings")
    import django
    import structlog

    from runtime.kit import logs

    logs.configure(environment)
    django.setup()
    log = structlog.get_logger(__name__)
    for each in held():
        log.info("connections held", holder=each.service, state=each.state, count=each.number, oldest=each.seconds)
    if arguments.end_after is not None:
        log.warning("connections ended", count=end(after_seconds=arguments.end_after))


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="control_plane.connections", description="Who holds the database's connections?"
    )
    parser.add_argument("--end-after", type=float, metavar="SECONDS", help="end transactions that are older than this")
    return parser


if __name__ == "__main__":
    main()
