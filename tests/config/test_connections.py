"""The count of database connections is the honest upper bound: everything at its ceiling, twice while deploying."""

from config.connections import clients, servers, total
from tests.config.files import environment_of
from tests.config.rule_case import weekday, window


def test_every_kind_of_process_is_counted() -> None:
    """A process that nobody counted takes the connection that somebody needs."""
    held = {holder.name: holder.connections for holder in clients(environment_of())}

    assert held == {
        "api": 4 * 2 * 2 * 4,
        "celery-voice": 4 * 2 * 3,
        "celery-notifications": 2 * 2 * 4,
        "celery-data": 4 * 2 * 3,
        "supervisor": 2 * 2 * 4,
        "beat": 2,
        "migration": 2,
    }


def test_threads_hold_no_more_than_their_pool() -> None:
    """Thirty-two threads wait for the process's four connections."""
    two = environment_of("celery.notifications.concurrency = 2")
    many = environment_of("celery.notifications.concurrency = 500")

    held = [next(each.each for each in clients(one) if each.name == "celery-notifications") for one in (two, many)]

    assert held == [2, 4]


def test_a_windows_ceiling_counts() -> None:
    """The peak is when connections run out."""
    peak = environment_of(weekday(window(tasks="api = { min = 2, max = 9 }")))

    held = {holder.name: holder.connections for holder in clients(peak)}

    assert held["api"] == 9 * 2 * 2 * 4


def test_a_fixed_size_counts_instead_of_the_ceiling() -> None:
    """A tier that does not scale never reaches its max."""
    fixed = environment_of("api.tasks.fixed = 2")

    held = {holder.name: holder.connections for holder in clients(fixed)}

    assert held["api"] == 2 * 2 * 2 * 4


def test_with_pgbouncer_only_its_own_pool_reaches_postgresql() -> None:
    """Old and new PgBouncer tasks share nothing, so its own deployment doubles the pool."""
    pooled = environment_of("data.database.pgbouncer = { enabled = true, tasks = 2, server_pool_size = 50 }")

    held = {holder.name: holder.connections for holder in servers(pooled)}

    assert held == {"PgBouncer": 100, "supervisor's leader lock": 4, "migration": 2}
    assert total(clients(pooled)) == 148
