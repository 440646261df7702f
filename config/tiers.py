"""The tiers that scale, by the name that schedules, services and reports call them."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from config.schema import Environment
from config.sections.capacity import Tasks
from config.sections.schedule import Bounds, Window
from config.sections.workers import CeleryPool
from config.words import KeyPath
from contract.pools import POOLS


def _pool_tasks(pool: str, environment: Environment) -> Tasks:
    section: CeleryPool = getattr(environment.celery, pool)
    return section.tasks


TIERS: Final[dict[str, Callable[[Environment], Tasks]]] = {
    "livekit": lambda environment: environment.media.livekit.tasks,
    "egress": lambda environment: environment.media.egress.tasks,
    "agent": lambda environment: environment.agent.tasks,
    "api": lambda environment: environment.api.tasks,
    "websocket": lambda environment: environment.websocket.tasks,
    **{f"celery-{pool.name}": partial(_pool_tasks, pool.name) for pool in POOLS},
}

TIER_KEYS: Final[dict[str, str]] = {
    "livekit": "media.livekit",
    "egress": "media.egress",
    **{name: name.replace("-", ".", 1) for name in TIERS if name not in ("livekit", "egress")},
}


def bounds_in_windows(environment: Environment, tier: str) -> Iterator[tuple[KeyPath, Bounds]]:
    """Yield what each scheduled window says about a tier, with its key."""
    for path, window in windows(environment):
        if tier in window.tasks:
            yield (*path, "tasks", tier), window.tasks[tier]


def windows(environment: Environment) -> Iterator[tuple[KeyPath, Window]]:
    """Yield every scheduled window with its key."""
    for day in ("weekday", "weekend"):
        for number, window in enumerate(getattr(environment.schedule, day)):
            yield ("schedule", day, number), window


def ceiling(environment: Environment, tier: str) -> int:
    """Answer the most tasks a tier may ever have, scheduled windows included."""
    tasks = TIERS[tier](environment)
    if tasks.fixed is not None:
        return tasks.fixed
    return max([tasks.max, *(bounds.max for _, bounds in bounds_in_windows(environment, tier))])


def floor(environment: Environment, tier: str) -> int:
    """Answer the fewest tasks a tier may ever have, scheduled windows included."""
    tasks = TIERS[tier](environment)
    if tasks.fixed is not None:
        return tasks.fixed
    return min([tasks.min, *(bounds.min for _, bounds in bounds_in_windows(environment, tier))])
