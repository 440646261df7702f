"""Whether a Celery worker works: a live process that takes nothing from a full queue is not alive."""

from collections.abc import Callable
from time import monotonic
from typing import Any, Final

from celery import Celery, signals
from redis.exceptions import RedisError

from contract.environment import CeleryEnv
from runtime.kit.http import Probes
from runtime.kit.metrics import Recorder
from runtime.kit.valkey import connect

STALLED_SECONDS: Final = 600  # more than any task may take: all its slots have been free meanwhile


class WorkerProbes:
    """What a worker answers to those who ask after it."""

    def __init__(
        self, app: Celery, *, queue: str, environment: CeleryEnv, clock: Callable[[], float] = monotonic
    ) -> None:
        """Listen to what the worker takes.

        Args:
            queue: The one that it consumes.
            clock: Seconds that only grow.
        """
        self._app, self._queue, self._clock = app, queue, clock
        self._broker = connect(environment.broker_redis_url, password=environment.broker_redis_password)
        self._heard, self._ready = clock(), False
        signals.task_received.connect(self._took, weak=False)
        signals.worker_ready.connect(self._began, weak=False)

    def answers(self, recorder: Recorder) -> Probes:
        """Answer the probes to be served."""
        return Probes(is_alive=self.is_alive, is_ready=self.is_ready, metrics=recorder.exposition)

    def is_alive(self) -> bool:
        """Whether it takes what waits; where nothing waits, or nobody can say, it does."""
        if self._clock() - self._heard < STALLED_SECONDS:
            return True
        return not self._waiting()

    def is_ready(self) -> bool:
        """Whether it has begun to consume, and the broker answers."""
        return self._ready and self._waiting() is not None

    def _took(self, **_: Any) -> None:
        self._heard = self._clock()

    def _began(self, **_: Any) -> None:
        self._ready = True

    def _waiting(self) -> int | None:
        try:
            return int(self._broker.llen(self._queue))
        except RedisError:
            return None
