"""Many tasks' heartbeats become the few numbers that services are scaled by."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contract.live_state import CallsOfKind, WorkerHeartbeat
from control_plane.supervisor.fleet import Fleet
from runtime.kit.metrics import Recorder

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def task(name: str, **told: Any) -> WorkerHeartbeat:
    """A task with ten slots, all free unless told otherwise."""
    usual = {"service": "agent", "active": 0, "capacity": 10, "sent_at": NOW}
    return WorkerHeartbeat.model_validate({**usual, **told, "task": name})


def of_kind(provider: str, language: str, active: int) -> CallsOfKind:
    """Calls of one kind."""
    return CallsOfKind(provider=provider, language=language, active=active)


class Watched:
    """A fleet and what is published of it."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self.recorder = Recorder("prod", publisher="supervisor")
        self.fleet = Fleet(self.recorder)

    def see(
        self, agents: tuple[WorkerHeartbeat, ...] = (), gateways: tuple[WorkerHeartbeat, ...] = (), *, at: float = 0
    ) -> dict[str, float]:
        """Look once, and answer what CloudWatch is given."""
        self.fleet.record(list(agents), list(gateways), now=at)
        return {sample.metric.name: sample.values[0] for sample in self.recorder.take()}

    def calls(self) -> dict[str, float]:
        """What Prometheus sees of the calls that are on, by labels."""
        lines = self.recorder.exposition().decode().splitlines()
        shown = (line.removeprefix("voice_sessions_active").split(" ") for line in lines if line.startswith("voice_s"))
        return {labels: float(value) for labels, value in shown if labels.startswith("{")}


@pytest.fixture
def watched() -> Watched:
    """A supervisor that has just begun."""
    return Watched()


def test_utilization_is_of_the_whole_fleet(watched: Watched) -> None:
    """An average of averages would weigh a small task like a large one."""
    seen = watched.see((task("a", active=8), task("b", active=1, capacity=2)))

    assert seen["SessionsActive"] == 9
    assert seen["SessionCapacity"] == 12
    assert seen["SessionUtilization"] == 75
    assert seen["FreeSlots"] == 3


def test_calls_are_told_by_pipeline_and_language_over_both_transports(watched: Watched) -> None:
    """S167; CloudWatch keeps the one number that agents are scaled by."""
    agents = (
        task("a", active=3, calls=(of_kind("local", "en", 1), of_kind("deepgram_openai", "de", 2))),
        task("b", active=1, calls=(of_kind("local", "en", 1),)),
    )

    seen = watched.see(agents, (task("g", active=4, calls=(of_kind("local", "en", 4),)),))

    assert seen["SessionsActive"] == 4
    assert watched.calls() == {'{language="en",provider="local"}': 6, '{language="de",provider="deepgram_openai"}': 2}


def test_a_kind_whose_last_call_ended_is_none(watched: Watched) -> None:
    """A gauge that is not set again would show its last calls for ever."""
    watched.see((task("a", active=2, calls=(of_kind("local", "en", 2),)),))

    watched.see((task("a"),))

    assert watched.calls() == {'{language="en",provider="local"}': 0}


def test_a_task_that_leaves_offers_no_slots(watched: Watched) -> None:
    """Its calls are still on; its free places are not to be had."""
    seen = watched.see((task("a", active=4), task("b", active=3, cordoned=True)))

    assert seen["SessionsActive"] == 7
    assert seen["FreeSlots"] == 6
    assert seen["SessionUtilization"] == 40


def test_a_fleet_that_only_leaves_is_full(watched: Watched) -> None:
    """Nobody could take a call: that must scale out."""
    seen = watched.see((task("a", active=4, cordoned=True),))

    assert seen["SessionUtilization"] == 100
    assert seen["FreeSlots"] == 0


def test_a_silent_fleet_is_not_an_idle_one(watched: Watched) -> None:
    """Missing data must not scale in."""
    watched.see((task("a", active=4),))

    seen = watched.see(())

    assert not {"SessionsActive", "SessionCapacity", "SessionUtilization", "FreeSlots"} & seen.keys()


def test_refusals_are_counted_once_and_as_they_happen(watched: Watched) -> None:
    """Tasks tell totals; a new task's past, and a restarted one's fall, are nobody's refusals."""
    grown = [
        watched.see(agents)["JobsRejected"]
        for agents in (
            (task("a", rejected=5),),
            (task("a", rejected=7), task("b", rejected=2)),
            (task("a", rejected=1), task("b", rejected=3)),
            (),
            (task("b", rejected=9),),
        )
    ]

    assert grown == [0, 2, 1, 0, 0]


def test_sockets_are_counted_and_their_rate(watched: Watched) -> None:
    """Connections a second, of the whole service."""
    watched.see(gateways=(task("g", connects=100, sockets=40),), at=10)

    seen = watched.see(gateways=(task("g", connects=150, sockets=60, active=5),), at=15)

    assert seen["WebSocketConnections"] == 60
    assert seen["WebSocketConnectRate"] == 10
    assert seen["VoiceSlotUtilization"] == 50


def test_protected_tasks_are_counted_across_services(watched: Watched) -> None:
    """More of them than the desired count block a deployment."""
    seen = watched.see((task("a", protected=True), task("b")), (task("g", protected=True),))

    assert seen["ProtectedTasks"] == 2
