"""A worker is alive while it takes what waits for it; a process that only exists is not."""

import pytest
from celery import signals

from contract.environment import CeleryEnv
from control_plane.celery_app import app
from control_plane.environment import narrow, read_environment
from control_plane.worker_probes import WorkerProbes
from tests.control_plane.settings import VARIABLES
from tests.platform.valkey import Valkey


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        """Begin at none."""
        self.now = 0.0

    def __call__(self) -> float:
        """What a process would read."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """At the start of the worker."""
    return Clock()


@pytest.fixture
def probes(clock: Clock, broker_valkey: Valkey) -> WorkerProbes:  # noqa: ARG001  it must run
    """Of a worker that has just started."""
    variables = {**VARIABLES, "SERVICE": "celery", "CELERY_POOL": "data", "CELERY_CONCURRENCY": "1"}
    environment = narrow(read_environment(variables), CeleryEnv)
    return WorkerProbes(app, queue="data", environment=environment, clock=clock)


def test_a_worker_with_nothing_to_do_is_alive(probes: WorkerProbes, clock: Clock) -> None:
    """A quiet night is no fault."""
    clock.now = 3600

    assert probes.is_alive()


def test_a_worker_that_leaves_a_full_queue_alone_is_replaced(
    probes: WorkerProbes, clock: Clock, broker_valkey: Valkey
) -> None:
    """Celery has stalled after a reconnect before (facts: reliability B1.14), its process running on."""
    broker_valkey.client().lpush("data", "waits")
    clock.now = 599
    at_first = probes.is_alive()

    clock.now = 600

    assert at_first
    assert not probes.is_alive()


def test_a_worker_that_takes_a_task_is_alive(probes: WorkerProbes, clock: Clock, broker_valkey: Valkey) -> None:
    """However much waits behind it."""
    broker_valkey.client().lpush("data", "waits")
    clock.now = 3600

    signals.task_received.send(sender=None)

    assert probes.is_alive()


def test_a_worker_is_not_replaced_because_the_broker_is_away(
    probes: WorkerProbes, clock: Clock, broker_valkey: Valkey
) -> None:
    """A new one would not reach it either; but it is not ready."""
    clock.now = 3600
    signals.worker_ready.send(sender=None)
    before = probes.is_ready()

    with broker_valkey.outage():
        assert probes.is_alive()
        assert not probes.is_ready()

    assert before
