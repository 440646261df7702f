"""Without a hang-up a call ends at its limits, for the one reason that fits, and not a second earlier."""

import pytest

from agent.guards import Guards, Limits, has_stop_word
from contract.session import Reason

LIMITS = Limits(join_seconds=60, rejoin_seconds=120, idle_seconds=90, max_seconds=2700)


@pytest.fixture
def guards() -> Guards:
    """A call that began at second 1000."""
    return Guards(LIMITS, began=1000)


def test_nobody_comes(guards: Guards) -> None:
    """A room must not wait for ever for its first caller."""
    assert guards.verdict(1059.9) is None
    assert guards.verdict(1060) is Reason.NO_SHOW


def test_a_caller_who_leaves_may_come_back(guards: Guards) -> None:
    """A page reload is no hang-up."""
    guards.caller_joined(1010)
    guards.caller_left(1020)
    waiting = guards.verdict(1139)
    guards.caller_joined(1139.5)

    assert waiting is None
    assert guards.verdict(1200) is None


def test_a_caller_who_does_not_come_back(guards: Guards) -> None:
    """A crashed browser must not hold a slot."""
    guards.caller_joined(1010)
    guards.caller_left(1020)

    assert guards.verdict(1140) is Reason.NOT_REJOINED


def test_leaving_twice_counts_from_the_first(guards: Guards) -> None:
    """LiveKit may tell the same departure again."""
    guards.caller_joined(1010)
    guards.caller_left(1020)
    guards.caller_left(1100)

    assert guards.verdict(1140) is Reason.NOT_REJOINED


def test_a_departure_before_the_first_join_is_none(guards: Guards) -> None:
    """An observer's, for instance."""
    guards.caller_left(1001)

    assert guards.verdict(1060) is Reason.NO_SHOW


def test_silence_ends_a_call(guards: Guards) -> None:
    """A forgotten tab costs money."""
    guards.caller_joined(1000)
    guards.heard(1050)

    assert guards.verdict(1139.9) is None
    assert guards.verdict(1140) is Reason.IDLE


def test_an_absent_caller_is_not_an_idle_one(guards: Guards) -> None:
    """The rejoin window may be longer than the idle limit."""
    guards.caller_joined(1000)
    guards.caller_left(1001)

    assert guards.verdict(1100) is None


def test_the_longest_call_ends_though_both_speak(guards: Guards) -> None:
    """Counted from the first join, whatever happens later."""
    guards.caller_joined(1010)
    guards.caller_left(3600)
    guards.caller_joined(3609)
    guards.heard(3709)

    assert guards.verdict(3709.9) is None
    assert guards.verdict(3710) is Reason.MAX_DURATION


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please stop recording now.", True),
        ("please STOP  recording", False),
        ("Stop recordings", False),
        ("goodbye!", True),
        ("a goodbyeish word", False),
        ("", False),
    ],
)
def test_stop_words_are_whole_words(text: str, expected: bool) -> None:
    """Half a word must not end a call."""
    assert has_stop_word(text, stop_words=("stop recording", "goodbye", " ")) is expected
