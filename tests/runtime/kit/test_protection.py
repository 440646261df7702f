"""A task with calls is protected from scale-in, and ECS is asked no more often than it must be."""

from collections.abc import Iterator

import pytest

from runtime.kit.errors import ProtectionRefused
from runtime.kit.protection import Protection
from tests.fakes.ecs_agent import FakeEcsAgent

HOLD = {"ProtectionEnabled": True, "ExpiresInMinutes": 60}
RELEASE = {"ProtectionEnabled": False}


class Clock:
    """Time that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        """Answer it."""
        return self.now


@pytest.fixture
def ecs() -> Iterator[FakeEcsAgent]:
    """ECS's endpoint."""
    with FakeEcsAgent() as agent:
        yield agent


@pytest.fixture
def clock() -> Clock:
    """The process's clock."""
    return Clock()


@pytest.fixture
def protection(ecs: FakeEcsAgent, clock: Clock) -> Protection:
    """An hour's protection."""
    return Protection(ecs.uri, seconds=3600, clock=clock)


def test_it_is_asked_for_once_while_calls_come_and_go(protection: Protection, ecs: FakeEcsAgent) -> None:
    """ECS throttles."""
    protection.hold()
    protection.hold()

    assert protection.is_held
    assert ecs.asked == [HOLD]


def test_it_is_renewed_at_half_life(protection: Protection, ecs: FakeEcsAgent, clock: Clock) -> None:
    """A long call outlives one grant."""
    protection.hold()
    clock.now += 1799
    protection.hold()
    asked_before = len(ecs.asked)
    clock.now += 1

    protection.hold()

    assert asked_before == 1
    assert ecs.asked == [HOLD, HOLD]


def test_it_is_given_back_when_idle(protection: Protection, ecs: FakeEcsAgent) -> None:
    """A task that holds it for ever blocks deployments."""
    protection.hold()

    protection.release()
    protection.release()

    assert not protection.is_held
    assert ecs.asked == [HOLD, RELEASE]


def test_a_refusal_is_an_error_after_two_attempts(protection: Protection, ecs: FakeEcsAgent) -> None:
    """Whoever takes a call must know that it can be cut."""
    ecs.refusal = {"Reason": "DEPLOYMENT_BLOCKED"}

    with pytest.raises(ProtectionRefused, match="DEPLOYMENT_BLOCKED"):
        protection.hold()

    assert not protection.is_held
    assert ecs.asked == [HOLD, HOLD]


def test_a_refused_renewal_does_not_end_what_is_held(protection: Protection, ecs: FakeEcsAgent, clock: Clock) -> None:
    """One failure must not take protection away for good; the next tick asks again."""
    protection.hold()
    clock.now += 2000
    ecs.refusal = {"Reason": "TASK_NOT_VALID"}
    with pytest.raises(ProtectionRefused):
        protection.hold()
    ecs.refusal = None

    protection.hold()

    assert protection.is_held
    assert ecs.asked == [HOLD] * 4


def test_silence_is_a_refusal(clock: Clock) -> None:
    """Nothing listens on port 9 of loopback."""
    protection = Protection("http://127.0.0.1:9/api", seconds=60, clock=clock)

    with pytest.raises(ProtectionRefused, match="refused"):
        protection.hold()


def test_a_laptop_has_nobody_to_ask(clock: Clock) -> None:
    """There is no ECS agent, and nothing scales in."""
    protection = Protection(None, seconds=60, clock=clock)

    protection.hold()
    held = protection.is_held
    protection.release()

    assert held
    assert not protection.is_held
