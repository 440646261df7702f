"""How full this task is, told to the live Valkey every 2 s; the supervisor counts the fleet from it."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Event, Thread
from typing import NamedTuple

import structlog
from redis import Redis, RedisError

from contract.live_state import FLEET_KEY, CallsOfKind, WorkerHeartbeat
from contract.timing import FLEET_PUBLISH_SECONDS, FLEET_SECONDS
from runtime.kit.task import Task

log = structlog.get_logger(__name__)


class Load(NamedTuple):
    """What a task carries at this moment; fields as in `WorkerHeartbeat`."""

    active: int
    capacity: int
    sockets: int = 0
    connects: int = 0
    rejected: int = 0
    protected: bool = False
    cordoned: bool = False
    calls: tuple[CallsOfKind, ...] = ()


class CallKind(NamedTuple):
    """What a call is counted by: its pipeline and its language."""

    provider: str
    language: str


def counted(kinds: Iterable[CallKind]) -> tuple[CallsOfKind, ...]:
    """Answer how many calls there are of each kind."""
    return tuple(
        CallsOfKind(provider=kind.provider, language=kind.language, active=active)
        for kind, active in sorted(Counter(kinds).items())
    )


class FleetReport:
    """Writes one task's heartbeat from a thread, and takes it away when the task ends."""

    def __init__(self, valkey: Redis, *, task: Task, service: str, load: Callable[[], Load]) -> None:
        """Prepare it; `load` is asked in the thread."""
        self._valkey, self._task, self._service, self._load = valkey, task, service, load
        self._key = FLEET_KEY.format(service=service, task=task.id)
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="fleet", daemon=True)

    def start(self) -> None:
        """Write from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Write no more: the task's slots are gone."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        self._write()
        while not self._stopping.wait(FLEET_PUBLISH_SECONDS):
            self._write()
        self._forget()

    def _write(self) -> None:
        heartbeat = WorkerHeartbeat(
            task=self._task.id,
            service=self._service,
            deployment=self._task.deployment,
            sent_at=datetime.now(UTC),
            **self._load()._asdict(),
        )
        try:
            self._valkey.set(self._key, heartbeat.model_dump_json(), ex=FLEET_SECONDS)
        except RedisError as unreachable:
            log.warning("the fleet does not hear of this task", error=str(unreachable))

    def _forget(self) -> None:
        try:
            self._valkey.delete(self._key)
        except RedisError as unreachable:
            log.warning("this task's heartbeat stays until it expires", error=str(unreachable))
