"""The three Celery pools: which queue each consumes and how its workers are run."""

from typing import Final

from pydantic import BaseModel, ConfigDict


class Pool(BaseModel):
    """A group of Celery workers on one queue.

    Attributes:
        queue: The only queue its workers consume.
        execution: Celery's `--pool`: `prefork` for work that needs a CPU, `threads` for work that waits.
        concurrency: Tasks that one worker runs at once.
        task_time_limit_seconds: Celery kills a task that runs longer.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    queue: str
    execution: str
    concurrency: int
    task_time_limit_seconds: int


VOICE: Final = Pool(name="voice", queue="voice", execution="prefork", concurrency=2, task_time_limit_seconds=420)
NOTIFICATIONS: Final = Pool(
    name="notifications", queue="notifications", execution="threads", concurrency=32, task_time_limit_seconds=60
)
DATA: Final = Pool(name="data", queue="data", execution="prefork", concurrency=2, task_time_limit_seconds=420)

POOLS: Final = (VOICE, NOTIFICATIONS, DATA)

# Celery's Redis transport gives an unacknowledged task to another worker after this long;
# it must be more than twice the longest task (facts: reliability B2).
VISIBILITY_TIMEOUT_SECONDS: Final = 900
MAX_ATTEMPTS: Final = 5  # then a task is dead-lettered
