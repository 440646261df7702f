"""The Celery pools, and the control plane's processes that do not serve callers."""

from typing import TYPE_CHECKING, Any

from pydantic import Field, create_model

from config.sections.capacity import ScaleIn, ScaleOut, ServiceSection, Tasks, TaskSize
from config.sections.section import Section
from contract.pools import POOLS, Pool


class PoolScaling(Section):
    """The signals of one Celery pool."""

    backlog_per_task: int = Field(100, ge=1)
    """Grow when more messages than this wait for each running task."""
    oldest_wait_seconds: int = Field(60, ge=1, le=7200)
    """Grow when a message has waited longer."""
    cpu_percent: int = Field(70, ge=10, le=95)
    """Grow at this CPU use."""
    low_percent: int = Field(30, ge=1, le=90)
    """All signals below this share of their limits mean quiet."""
    scale_out: ScaleOut = ScaleOut(percent=100, at_least=1)
    """How it grows."""
    scale_in: ScaleIn = ScaleIn()
    """How it shrinks."""


class CeleryPool(ServiceSection):
    """One pool's workers."""

    concurrency: int = Field(2, ge=1, le=500)
    """Tasks that one worker runs at once: processes with a database connection each, or threads that share a pool."""
    scaling: PoolScaling = PoolScaling()
    """When it grows."""


def pool_section(pool: Pool, **changes: Any) -> CeleryPool:
    """What a pool's section says unless the file says otherwise."""
    size = TaskSize(cpu_units=pool.cpu_units, memory_mib=pool.memory_mib)
    own = {"tasks": Tasks(min=1, max=pool.max_workers), "size": size, "concurrency": pool.concurrency}
    return CeleryPool(**{**own, **changes})


if TYPE_CHECKING:

    class Celery(Section):
        """The pools of `contract.pools`, one key each."""

        def __getattr__(self, name: str) -> CeleryPool:
            """Every attribute is a pool's section."""
            ...

else:
    Celery = create_model(
        "Celery",
        __base__=Section,
        __doc__="The pools of `contract.pools`, one key each.",
        **{pool.name: (CeleryPool, Field(pool_section(pool), description=pool.meaning)) for pool in POOLS},
    )


class Background(Section):
    """Processes of the control plane that neither serve callers nor scale."""

    beat_size: TaskSize = TaskSize(cpu_units=256, memory_mib=512)
    """Celery beat; always exactly one."""
    supervisor_size: TaskSize = TaskSize(cpu_units=512, memory_mib=1024)
    """The supervisor."""
    supervisor_tasks: int = Field(2, ge=1, le=3)
    """One leads, the others wait to."""
    migration_size: TaskSize = TaskSize(cpu_units=512, memory_mib=1024)
    """The one-off migration task."""
    flower: bool = False
    """Flower, private; refused in production."""
    silk: bool = False
    """django-silk profiling; refused in production."""
