"""Is everything kept for periods, and in sizes, that AWS can do?"""

from collections.abc import Iterator
from typing import Final

from config.faults import Fault, conflict, fault
from config.schema import Environment
from config.words import listed

LOG_DAYS: Final = (  # CloudWatch Logs, PutRetentionPolicy
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096),
    *(1827, 2192, 2557, 2922, 3288, 3653),
)


def log_periods_exist(environment: Environment) -> Iterator[Fault]:
    """Logs are kept for a period that CloudWatch offers."""
    periods = {
        "operations.log_days": environment.operations.log_days,
        "network.flow_log_days": environment.network.flow_log_days,
    }
    for dotted, days in periods.items():
        if days not in LOG_DAYS:
            longer = min((each for each in LOG_DAYS if each >= days), default=LOG_DAYS[-1])
            yield fault(
                dotted, allowed=f"CloudWatch offers {listed(map(str, LOG_DAYS))} days", remedy=f"set it to {longer}"
            )


def objects_cool_before_they_go(environment: Environment) -> Iterator[Fault]:
    """Objects move to cold storage before they are deleted."""
    storage = environment.data.storage
    if storage.retention_days <= storage.cold_after_days:
        yield conflict(
            "data.storage.retention_days",
            "data.storage.cold_after_days",
            allowed=(
                f"data.storage.retention_days must be more than data.storage.cold_after_days, {storage.cold_after_days}"
            ),
            remedy="raise retention_days or lower cold_after_days",
        )


def storage_can_grow(environment: Environment) -> Iterator[Fault]:
    """RDS grows storage by a tenth at least, so the limit leaves room for that."""
    database = environment.data.database
    if 10 * database.max_storage_gib < 11 * database.storage_gib:
        needed = -(-11 * database.storage_gib // 10)
        yield conflict(
            "data.database.max_storage_gib",
            "data.database.storage_gib",
            allowed=f"data.database.max_storage_gib must be at least 1.1 x data.database.storage_gib, {needed}",
            remedy=f"raise max_storage_gib to {needed} or lower storage_gib",
        )
