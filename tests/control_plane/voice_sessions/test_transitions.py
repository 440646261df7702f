"""A session's state follows what happens, in whatever order it is told; the end comes once and stays."""

import itertools
from datetime import timedelta
from typing import Any, Final

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from livekit.protocol.models import ParticipantInfo, Room
from livekit.protocol.webhook import WebhookEvent as Hint

from contract.session import TRANSITIONS, Reason, SessionFinished, State
from control_plane.voice_sessions.models import VoiceSession
from control_plane.voice_sessions.services.callbacks import heartbeat_take
from control_plane.voice_sessions.services.ending import voice_session_end, voice_session_finish
from control_plane.voice_sessions.services.media_events import media_event_take
from control_plane.voice_sessions.transitions import session_move
from tests.control_plane.given import NOW, heartbeat, session_in

pytestmark = pytest.mark.usefixtures("stores")

EVENTS: Final = ("here", "away", "joined", "left", "end", "finish", "room_finished", "dispatch", "complete")


def hint(session_id: str, name: str, *, sid: str, joined: int, number: int) -> Hint:
    """A webhook of the caller's connection."""
    participant = ParticipantInfo(sid=sid, identity="caller", joined_at_ms=1_795_262_400_000 + joined * 1000)
    return Hint(event=name, id=f"{session_id}/{number}", room=Room(name=session_id), participant=participant)


def happen(session_id: str, name: str, *, number: int = 0) -> None:
    """Let one thing happen, through the service that it happens by."""
    now = NOW + timedelta(seconds=10 * number)
    acts: dict[str, Any] = {
        "here": lambda: heartbeat_take(
            session_id, heartbeat(caller_present=True, sent_at=NOW - timedelta(minutes=1)), now=now
        ),
        "away": lambda: heartbeat_take(
            session_id, heartbeat(caller_present=False, sent_at=NOW - timedelta(minutes=1)), now=now
        ),
        "joined": lambda: media_event_take(
            hint(session_id, "participant_joined", sid="PA_1", joined=1, number=number), now=now
        ),
        "left": lambda: media_event_take(
            hint(session_id, "participant_left", sid="PA_1", joined=1, number=number), now=now
        ),
        "end": lambda: voice_session_end(session_id, reason=Reason.HANGUP, now=now),
        "finish": lambda: voice_session_finish(session_id, _finished(), now=now),
        "room_finished": lambda: media_event_take(
            Hint(event="room_finished", id=f"{session_id}/{number}", room=Room(name=session_id)), now=now
        ),
        "dispatch": lambda: session_move(session_id, State.DISPATCHED, now=now),
        "complete": lambda: _complete(session_id, now),
    }
    acts[name]()


def expected(state: State, name: str) -> set[State]:
    """What may follow, said a second time in other words."""
    if state in (State.ENDED, State.COMPLETED):
        return {state, State.COMPLETED} if name == "complete" else {state}
    if name in ("end", "finish", "room_finished"):
        return {State.ENDED}
    follows = {
        (State.REQUESTED, "dispatch"): State.DISPATCHED,
        (State.DISPATCHED, "here"): State.ACTIVE,
        (State.DISPATCHED, "joined"): State.ACTIVE,
        (State.DISPATCHED, "left"): State.RECONNECTING,
        (State.ACTIVE, "away"): State.RECONNECTING,
        (State.ACTIVE, "left"): State.RECONNECTING,
        (State.RECONNECTING, "here"): State.ACTIVE,
        (State.RECONNECTING, "joined"): State.ACTIVE,
    }
    # A caller's arrival that is told after their leave is old news.
    return {follows.get((state, name), state), *({state} if name == "joined" else set())}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.sampled_from(EVENTS), min_size=1, max_size=10))
def test_any_order_of_events_follows_the_table(names: list[str]) -> None:
    """Every step is one that the table allows, an end stays, its reason too, and the constraint never breaks."""
    session_id = session_in(State.REQUESTED, now=NOW).pk
    ended: tuple[str, Any] | None = None
    before = State.REQUESTED

    for number, name in enumerate(names):
        happen(session_id, name, number=number)
        session = VoiceSession.objects.get(pk=session_id)
        after = State(session.state)
        assert after in expected(before, name), (names, number)
        if ended:
            assert (session.reason, session.ended_at) == ended
        if session.has_ended:
            ended = ended or (session.reason, session.ended_at)
        before = after


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["joined 1", "left 1", "joined 2", "left 2", "joined 3"])), ids=" ".join
)
def test_webhooks_in_any_order_leave_the_same_state(order: tuple[str, ...]) -> None:
    """The caller reloaded twice and is here: whichever webhook was late."""
    session_id = session_in(State.DISPATCHED, now=NOW).pk

    for number, told in enumerate(order):
        name, connection = told.split()
        given_hint = hint(
            session_id, f"participant_{name}", sid=f"PA_{connection}", joined=int(connection), number=number
        )
        media_event_take(given_hint, now=NOW)

    session = VoiceSession.objects.get(pk=session_id)
    assert (session.state, session.caller_present) == (State.ACTIVE, True)


def test_a_room_that_closes_while_the_agent_hears_the_caller_ends_nothing() -> None:
    """After a loss of Valkey there may be two rooms of one name."""
    session = session_in(State.ACTIVE)

    media_event_take(Hint(event="room_finished", id="EV", room=Room(name=session.pk)), now=session.created_at)

    assert VoiceSession.objects.get().state == State.ACTIVE


@pytest.mark.parametrize("start", list(State))
@pytest.mark.parametrize("to", list(State))
def test_the_contracts_table_is_the_only_one(start: State, to: State) -> None:
    """Each pair of states: allowed and done, or not allowed and nothing."""
    session = _in_any(start)

    move = session_move(session.pk, to, now=NOW, reason=Reason.FORCED)

    assert move.changed is (to in TRANSITIONS[start])
    assert VoiceSession.objects.get(pk=session.pk).state == (to if move.changed else start)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "ended"},
        {"state": "ended", "reason": "hangup"},
        {"state": "ended", "reason": "bored", "ended_at": NOW},
        {"state": "active", "reason": "hangup"},
        {"state": "active", "ended_at": NOW},
        {"state": "completed", "reason": "hangup", "ended_at": NOW},
        {"state": "paused"},
        {"completed_at": NOW},
    ],
    ids=str,
)
def test_the_database_refuses_what_cannot_be(wrong: dict[str, Any]) -> None:
    """Whoever writes past the services finds the constraint."""
    session = session_in(State.ACTIVE)

    with pytest.raises(IntegrityError, match="session_"), transaction.atomic():
        VoiceSession.objects.filter(pk=session.pk).update(**wrong)


def _in_any(state: State) -> VoiceSession:
    session = session_in(State.ENDED if state is State.COMPLETED else state)
    VoiceSession.objects.filter(pk=session.pk, state=State.ENDED).update(finished_at=NOW)
    if state is State.COMPLETED:
        _complete(session.pk, NOW)
    return session


def _complete(session_id: str, now: Any) -> None:
    VoiceSession.objects.filter(pk=session_id, finished_at=None).update(finished_at=now)
    session_move(session_id, State.COMPLETED, now=now)


def _finished() -> SessionFinished:
    return SessionFinished(attempt=1, reason=Reason.IDLE, ended_at=NOW, last_turn=0)
