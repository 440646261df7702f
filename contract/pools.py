"""The Celery pools: which queue each consumes, how its workers run, and how big one is unless a file says otherwise.

A new pool is a new entry here: configuration, services, scaling, alarms and graphs follow.
"""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict


class Pool(BaseModel):
    """A group of Celery workers on one queue, named after it.

    Attributes:
        meaning: What its tasks do.
        execution: Celery's `--pool`: `prefork` for work that needs a CPU, `threads` for work that waits.
        concurrency: Tasks that one worker runs at once; this and what follows are defaults of `[celery.<name>]`.
        cpu_units: Of one worker's task; 1,024 are one vCPU.
        max_workers: Ceiling; the floor is 1.
        task_time_limit_seconds: Celery kills a task that runs longer.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    meaning: str
    execution: Literal["prefork", "threads"]
    concurrency: int
    cpu_units: int
    memory_mib: int
    max_workers: int
    task_time_limit_seconds: int

    @property
    def queue(self) -> str:
        """The only queue that its workers consume."""
        return self.name


VOICE: Final = Pool(
    name="voice",
    meaning="High-memory workers: recordings and transcripts.",
    execution="prefork",
    concurrency=2,
    cpu_units=1024,
    memory_mib=8192,
    max_workers=10,
    task_time_limit_seconds=420,
)
NOTIFICATIONS: Final = Pool(
    name="notifications",
    meaning="Workers that wait for others: mail and callbacks.",
    execution="threads",
    concurrency=32,
    cpu_units=512,
    memory_mib=1024,
    max_workers=4,
    task_time_limit_seconds=60,
)
DATA: Final = Pool(
    name="data",
    meaning="CPU-heavy workers: evaluation and retention; they may run on Spot.",
    execution="prefork",
    concurrency=2,
    cpu_units=2048,
    memory_mib=4096,
    max_workers=10,
    task_time_limit_seconds=420,
)

POOLS: Final = (VOICE, NOTIFICATIONS, DATA)

# Celery's Redis transport gives an unacknowledged task to another worker after this long;
# it must be more than twice the longest task (facts: reliability B2).
VISIBILITY_TIMEOUT_SECONDS: Final = 900
MAX_ATTEMPTS: Final = 5  # then a task is dead-lettered
