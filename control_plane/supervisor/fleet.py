"""The fleet's numbers from its tasks' heartbeats: slots, sockets, refusals, protection."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

import structlog
from pydantic import ValidationError
from redis import Redis

from contract.live_state import FLEET_KEY, WorkerHeartbeat
from contract.metrics import (
    FREE_SLOTS,
    JOBS_REJECTED,
    PROTECTED_TASKS,
    SESSION_CAPACITY,
    SESSION_UTILIZATION,
    SESSIONS_ACTIVE,
    VOICE_SLOT_UTILIZATION,
    WEBSOCKET_CONNECT_RATE,
    WEBSOCKET_CONNECTIONS,
    Metric,
)
from runtime.kit.metrics import Recorder

BATCH: Final = 500
log = structlog.get_logger(__name__)
OF_AGENTS: Final = (SESSION_CAPACITY, SESSION_UTILIZATION, FREE_SLOTS)
OF_GATEWAYS: Final = (WEBSOCKET_CONNECTIONS, WEBSOCKET_CONNECT_RATE, VOICE_SLOT_UTILIZATION)
FLEET_METRICS: Final = (SESSIONS_ACTIVE, *OF_AGENTS, *OF_GATEWAYS, PROTECTED_TASKS)


def heartbeats(valkey: Redis, service: str) -> list[WorkerHeartbeat]:
    """Answer the latest of every task of a service that has said something in the last FLEET_SECONDS."""
    keys = list(valkey.scan_iter(FLEET_KEY.format(service=service, task="*"), count=BATCH))
    found = valkey.mget(keys) if keys else []
    assert isinstance(found, list)
    return [told for text in found if text is not None and (told := _read(text)) is not None]


def _read(text: str | bytes) -> WorkerHeartbeat | None:
    """A task of another release may say it otherwise: it is not counted, and the others are."""
    try:
        return WorkerHeartbeat.model_validate_json(text)
    except ValidationError as unreadable:
        log.warning("a heartbeat cannot be read", error=str(unreadable))
        return None


class Growth:
    """How much counters of many tasks have grown since the last look; a task that is new or gone adds nothing."""

    def __init__(self) -> None:
        """The first look only remembers."""
        self._before: Mapping[str, int] = {}

    def since(self, totals: Mapping[str, int]) -> int:
        """Answer the growth; a counter that fell began anew."""
        grown = sum(max(0, total - self._before[task]) for task, total in totals.items() if task in self._before)
        self._before = totals
        return grown


class Fleet:
    """Records what the tasks of both services say."""

    def __init__(self, recorder: Recorder) -> None:
        """Prepare it."""
        self._recorder = recorder
        self._rejected, self._connects = Growth(), Growth()
        self._looked_at: float | None = None

    def record(self, agents: list[WorkerHeartbeat], gateways: list[WorkerHeartbeat], *, now: float) -> None:
        """Record one look.

        Args:
            now: A monotonic clock's, in seconds.
        """
        self._calls(agents, gateways)
        self._agents(agents)
        self._gateways(gateways, now=now)
        self._recorder.set(PROTECTED_TASKS, sum(each.protected for each in (*agents, *gateways)))
        rejected = self._rejected.since({each.task: each.rejected for each in (*agents, *gateways)})
        self._recorder.add(JOBS_REJECTED, rejected)

    def _calls(self, agents: list[WorkerHeartbeat], gateways: list[WorkerHeartbeat]) -> None:
        """By kind over both transports; CloudWatch has the agents' sum, by which agents are scaled."""
        kinds: Counter[tuple[str, ...]] = Counter()
        for each in (calls for task in (*agents, *gateways) for calls in task.calls):
            kinds[each.provider, each.language] += each.active
        self._recorder.set_parts(SESSIONS_ACTIVE, kinds, total=sum(each.active for each in agents) if agents else None)

    def _agents(self, tasks: list[WorkerHeartbeat]) -> None:
        """A fleet that says nothing is not an idle one: nothing is said of it."""
        if not tasks:
            self._silence(OF_AGENTS)
            return
        open_tasks = [each for each in tasks if not each.cordoned]
        capacity, busy = _sums(open_tasks)
        self._recorder.set(SESSION_CAPACITY, capacity)
        self._recorder.set(FREE_SLOTS, max(0, capacity - busy))
        # Nobody accepts jobs: whatever waits outside, the fleet is full.
        self._recorder.set(SESSION_UTILIZATION, 100 * busy / capacity if capacity else 100.0)

    def _gateways(self, tasks: list[WorkerHeartbeat], *, now: float) -> None:
        connects = self._connects.since({each.task: each.connects for each in tasks})
        seconds, self._looked_at = now - (self._looked_at or now), now
        if not tasks:
            self._silence(OF_GATEWAYS)
            return
        capacity, busy = _sums(each for each in tasks if not each.cordoned)
        self._recorder.set(WEBSOCKET_CONNECTIONS, sum(each.sockets for each in tasks))
        self._recorder.set(VOICE_SLOT_UTILIZATION, 100 * busy / capacity if capacity else 0.0)
        self._recorder.set(WEBSOCKET_CONNECT_RATE, connects / seconds if seconds else 0.0)

    def _silence(self, metrics: Iterable[Metric]) -> None:
        for metric in metrics:
            self._recorder.forget_all(metric)


def _sums(tasks: Iterable[WorkerHeartbeat]) -> tuple[int, int]:
    """Capacity and calls."""
    pairs = [(each.capacity, each.active) for each in tasks]
    return sum(capacity for capacity, _ in pairs), sum(active for _, active in pairs)
