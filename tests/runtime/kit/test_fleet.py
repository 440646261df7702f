"""A task says how full it is, and its slots vanish with it."""

from collections.abc import Iterator

import pytest
from redis import Redis

from contract.live_state import FLEET_KEY, WorkerHeartbeat
from runtime.kit import valkey
from runtime.kit.fleet import CallKind, FleetReport, Load, counted
from runtime.kit.task import Task
from tests.platform.valkey import Valkey
from tests.platform.waiting import wait_until

TASK = Task(id="task-1", deployment="agent:26")
CALLS = [CallKind("local", "en"), CallKind("deepgram_openai", "de"), CallKind("local", "en")]
KEY = FLEET_KEY.format(service="agent", task="task-1")


@pytest.fixture
def client(live_valkey: Valkey) -> Iterator[Redis]:
    """The live Valkey."""
    connected = valkey.connect(live_valkey.url, password=None)
    yield connected
    connected.close()


def test_a_task_tells_its_load_until_it_stops(client: Redis) -> None:
    """A count that outlives its task would keep others from being started."""
    load = Load(active=3, calls=counted(CALLS), capacity=10, rejected=1, protected=True)
    report = FleetReport(client, task=TASK, service="agent", load=lambda: load)
    report.start()
    told = WorkerHeartbeat.model_validate_json(str(wait_until(lambda: client.get(KEY), what="the heartbeat")))
    expires_in = client.ttl(KEY)

    report.stop()

    assert (told.task, told.service, told.deployment) == ("task-1", "agent", "agent:26")
    assert (told.active, told.capacity, told.rejected, told.protected) == (3, 10, 1, True)
    kinds = [(each.provider, each.language, each.active) for each in told.calls]
    assert kinds == [("deepgram_openai", "de", 1), ("local", "en", 2)]
    assert 0 < int(str(expires_in)) <= 10
    assert client.get(KEY) is None


def test_a_valkey_that_is_away_stops_nobody() -> None:
    """The call goes on; the fleet counts without this task for a while."""
    away = valkey.connect("redis://127.0.0.1:9/0", password=None)
    report = FleetReport(away, task=TASK, service="agent", load=lambda: Load(active=0, capacity=1))

    report.start()
    report.stop()
