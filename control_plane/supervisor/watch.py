"""One look after the other by the supervisor that leads; the others wait for its lock."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event
from typing import Final

import structlog
from django.db import DatabaseError, close_old_connections
from redis.exceptions import RedisError

from contract.environment import SupervisorEnv
from contract.metrics import Metric
from contract.services import AGENT, SUPERVISOR, WEBSOCKET
from control_plane.supervisor.backlog import (
    BEAT_METRICS,
    QUEUE_METRICS,
    SESSION_METRICS,
    record_beat,
    record_queues,
    record_sessions,
)
from control_plane.supervisor.fleet import FLEET_METRICS, Fleet, heartbeats
from control_plane.supervisor.leader import Leadership
from runtime.kit.cloudwatch import Publisher
from runtime.kit.metrics import Recorder
from runtime.kit.valkey import connect

LOOK_SECONDS: Final = 5.0
log = structlog.get_logger(__name__)


class Supervisor:
    """One supervisor, leading or not."""

    def __init__(self, environment: SupervisorEnv, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare it; nothing is connected yet."""
        self._environment, self._clock = environment, clock
        self._leadership = Leadership()
        self._reign: Reign | None = None
        self.looked_at = clock()

    @property
    def is_leading(self) -> bool:
        """Whether it has the lock, as of its last look."""
        return self._reign is not None

    def exposition(self) -> bytes:
        """Answer Prometheus' text; only a leader has something to say."""
        return self._reign.recorder.exposition() if self._reign else b""

    def run(self, told_to_stop: Event) -> None:
        """Look until told to stop, and let another one lead."""
        try:
            while not told_to_stop.is_set():
                self.look()
                told_to_stop.wait(LOOK_SECONDS)
        finally:
            self.close()

    def look(self) -> None:
        """Look once, if this one leads."""
        self.looked_at = self._clock()
        close_old_connections()
        if not self._leadership.have():
            self._resign()
            return
        if self._reign is None:
            log.info("leading")
            self._reign = Reign(self._environment)
        self._reign.look(now=self._clock())

    def close(self) -> None:
        """Publish the rest, and let another one lead."""
        self._resign()
        self._leadership.release()

    def _resign(self) -> None:
        if self._reign is not None:
            log.info("leading no more")
            self._reign.close()
            self._reign = None


class Reign:
    """What a leader knows; the next one begins with its own numbers."""

    def __init__(self, environment: SupervisorEnv) -> None:
        """Begin to publish."""
        self._live = connect(environment.live_redis_url, password=environment.live_redis_password)
        self._broker = connect(environment.broker_redis_url, password=environment.broker_redis_password)
        self.recorder = Recorder(environment.environment, publisher=SUPERVISOR.name)
        self._fleet = Fleet(self.recorder)
        self._publisher = Publisher(
            self.recorder, region=environment.aws_region, every_seconds=environment.publish_seconds
        )
        self._publisher.start()

    def look(self, *, now: float) -> None:
        """Record everything; what cannot be read is said nothing of: an old number would be taken for a new one.

        Args:
            now: A monotonic clock's, in seconds.
        """
        for metrics, record in self._records(now).items():
            try:
                record()
            except (RedisError, DatabaseError) as failed:
                log.error("a look failed", metrics=[metric.name for metric in metrics], error=repr(failed))
                for metric in metrics:
                    self.recorder.forget_all(metric)

    def close(self) -> None:
        """Publish what is left."""
        self._publisher.stop()
        self._live.close()
        self._broker.close()

    def _records(self, now: float) -> dict[tuple[Metric, ...], Callable[[], None]]:
        today = datetime.now(UTC)
        return {
            FLEET_METRICS: lambda: self._fleet.record(
                heartbeats(self._live, AGENT.name), heartbeats(self._live, WEBSOCKET.name), now=now
            ),
            QUEUE_METRICS: lambda: record_queues(self.recorder, self._broker, now=today),
            SESSION_METRICS: lambda: record_sessions(self.recorder, now=today),
            BEAT_METRICS: lambda: record_beat(self.recorder, now=today),
        }
