"""Do all connection pools fit into PostgreSQL, all tiers at their ceilings and in the middle of a deployment?"""

from collections.abc import Iterator

from config.connections import RESERVE, Holder, clients, servers, total
from config.faults import Fault, conflict, fault
from config.instances import DATABASES, most_connections
from config.schema import Environment
from config.tiers import TIER_KEYS
from contract.pools import POOLS

LIMIT = "data.database.max_connections"
POOLED_TIERS = ("api", *(f"celery-{pool.name}" for pool in POOLS))
POOL_KEYS = (
    "data.database.pool_size",
    "api.web_workers",
    *(f"{TIER_KEYS[tier]}.tasks.{bound}" for tier in POOLED_TIERS for bound in ("max", "fixed")),
    *(f"celery.{pool.name}.concurrency" for pool in POOLS),
    "background.supervisor_tasks",
)


def pools_fit(environment: Environment) -> Iterator[Fault]:
    """All pools together need no more than PostgreSQL's max_connections less a reserve."""
    holders = servers(environment)
    needed, limit = total(holders) + RESERVE, environment.data.database.max_connections
    if needed <= limit:
        return
    pooler = environment.data.database.pgbouncer.enabled
    smaller = "data.database.pgbouncer.server_pool_size" if pooler else "data.database.pool_size"
    keys = (smaller, LIMIT) if pooler else (*POOL_KEYS, LIMIT)
    yield conflict(
        *keys,
        allowed=f"all pools need {needed} connections with {RESERVE} in reserve, and {LIMIT} is {limit}",
        remedy=f"raise {LIMIT} to {needed}, lower {smaller}"
        + ("" if pooler else ", or enable data.database.pgbouncer"),
        table=_table(holders),
    )


def clients_fit_pgbouncer(environment: Environment) -> Iterator[Fault]:
    """PgBouncer accepts as many clients as our processes can be."""
    pooler = environment.data.database.pgbouncer
    needed, limit = total(clients(environment)), pooler.client_connections * pooler.tasks
    if pooler.enabled and needed > limit:
        yield conflict(
            "data.database.pgbouncer.client_connections",
            "data.database.pgbouncer.tasks",
            *POOL_KEYS,
            allowed=f"our processes need {needed} client connections, and client_connections x tasks is {limit}",
            remedy="raise data.database.pgbouncer.client_connections or lower data.database.pool_size",
            table=_table(clients(environment)),
        )


def connections_fit_memory(environment: Environment) -> Iterator[Fault]:
    """PostgreSQL's max_connections is no more than RDS would allow for the instance's memory."""
    database = environment.data.database
    machine = DATABASES.get(database.instance_type)
    if machine and database.max_connections > most_connections(machine):
        yield conflict(
            LIMIT,
            "data.database.instance_type",
            allowed=f"{database.instance_type} has {machine.gib:g} GiB, enough for {most_connections(machine)}",
            remedy="lower it or choose a larger data.database.instance_type",
        )


def pooler_is_shared_evenly(environment: Environment) -> Iterator[Fault]:
    """PgBouncer's tasks share the server pool, so each needs at least one connection of it."""
    pooler = environment.data.database.pgbouncer
    if pooler.server_pool_size < pooler.tasks:
        yield fault(
            "data.database.pgbouncer.server_pool_size",
            allowed=f"it is shared by {pooler.tasks} tasks",
            remedy=f"raise it to {pooler.tasks} or more",
        )


def _table(holders: tuple[Holder, ...]) -> str:
    rows = [
        f"  {holder.connections:>6}  {holder.name}: {holder.processes} x {holder.each} ({holder.formula})"
        for holder in holders
    ]
    return "\n".join(["connections, all tiers at their ceilings:", *rows])
