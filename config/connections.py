"""How many PostgreSQL connections an environment can come to hold, all tiers at their ceilings at once.

Counted is the honest upper bound: a deployment of everything at once, when each service runs
its old and its new tasks side by side.
"""

from typing import Final

from pydantic import BaseModel, ConfigDict

from config.schema import Environment
from config.tiers import ceiling
from contract.pools import POOLS

RESERVE: Final = 15  # superuser, replication, RDS's own sessions, and people with psql
DEPLOYMENT_OVERLAP: Final = 2  # old and new tasks: ECS's maximum of 200 %
SINGLE_THREAD: Final = 2  # a process that does one thing at a time, and its probe


class Holder(BaseModel):
    """One kind of process that holds connections.

    Attributes:
        processes: How many may run at once.
        each: Connections that one may hold.
        formula: How both come about.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    processes: int
    each: int
    formula: str

    @property
    def connections(self) -> int:
        """The most that all of them may hold."""
        return self.processes * self.each


def clients(environment: Environment) -> tuple[Holder, ...]:
    """Answer every process of ours that asks for connections, of PgBouncer where there is one."""
    return (_api(environment), *_pools(environment), *_background(environment))


def servers(environment: Environment) -> tuple[Holder, ...]:
    """Answer everything that holds connections of PostgreSQL itself."""
    if not environment.data.database.pgbouncer.enabled:
        return clients(environment)
    pooler = environment.data.database.pgbouncer
    per_task = -(-pooler.server_pool_size // pooler.tasks)
    supervisors = environment.background.supervisor_tasks * DEPLOYMENT_OVERLAP
    return (
        Holder(
            name="PgBouncer",
            processes=pooler.tasks * DEPLOYMENT_OVERLAP,
            each=per_task,
            formula=f"{pooler.tasks} tasks x 2 while deploying, server_pool_size / {pooler.tasks}",
        ),
        Holder(
            name="supervisor's leader lock",
            processes=supervisors,
            each=1,
            formula="a lock belongs to a session, so it bypasses PgBouncer; tasks x 2 while deploying",
        ),
        _migration(),
    )


def total(holders: tuple[Holder, ...]) -> int:
    """Add up the connections."""
    return sum(holder.connections for holder in holders)


def _api(environment: Environment) -> Holder:
    tasks, workers = ceiling(environment, "api"), environment.api.web_workers
    return Holder(
        name="api",
        processes=tasks * workers * DEPLOYMENT_OVERLAP,
        each=environment.data.database.pool_size,
        formula=f"{tasks} tasks x {workers} web_workers x 2 while deploying, pool_size each",
    )


def _pools(environment: Environment) -> tuple[Holder, ...]:
    """A prefork worker has one connection per child and one in the parent; threads share the process's pool."""
    holders = []
    for pool in POOLS:
        concurrency = getattr(environment.celery, pool.name).concurrency
        tasks = ceiling(environment, f"celery-{pool.name}")
        is_prefork = pool.execution == "prefork"
        each = concurrency + 1 if is_prefork else min(concurrency, environment.data.database.pool_size)
        how = "concurrency + 1 each" if is_prefork else "pool_size each, shared by its threads"
        holders.append(
            Holder(
                name=f"celery-{pool.name}",
                processes=tasks * DEPLOYMENT_OVERLAP,
                each=each,
                formula=f"{tasks} tasks x 2 while deploying, {how}",
            )
        )
    return tuple(holders)


def _background(environment: Environment) -> tuple[Holder, ...]:
    tasks = environment.background.supervisor_tasks
    return (
        Holder(
            name="supervisor",
            processes=tasks * DEPLOYMENT_OVERLAP,
            each=environment.data.database.pool_size,
            formula=f"{tasks} tasks x 2 while deploying, pool_size each",
        ),
        Holder(name="beat", processes=1, each=SINGLE_THREAD, formula="never two at once"),
        _migration(),
    )


def _migration() -> Holder:
    return Holder(name="migration", processes=1, each=SINGLE_THREAD, formula="as the owner, never through PgBouncer")
