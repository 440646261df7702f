"""An agent that ends a call says so at once, and the record says exactly when the call began."""

from datetime import UTC, datetime, timedelta

import pytest

from contract.live_state import STATE_KEY
from contract.session import Heartbeat, Reason, SessionEvent, SessionFinished, State
from control_plane.errors import AttemptOutdated
from control_plane.voice_sessions.services.callbacks import heartbeat_take
from control_plane.voice_sessions.services.ending import voice_session_finish
from tests.control_plane.given import session_in
from tests.platform.valkey import Valkey

pytestmark = pytest.mark.usefixtures("stores")


def ending(reason: Reason, *, attempt: int = 1) -> Heartbeat:
    """A heartbeat that ends the call."""
    return Heartbeat(
        attempt=attempt, sent_at=datetime.now(UTC), caller_present=True, ending=reason, detail="two minutes of silence"
    )


def test_a_guard_ends_the_session_before_the_upload() -> None:
    """The caller must not sit in a silent room while a recording travels."""
    session = session_in(State.ACTIVE)

    ended = heartbeat_take(session.pk, ending(Reason.IDLE), now=datetime.now(UTC))

    assert (ended.state, ended.reason, ended.detail) == ("ended", "idle", "two minutes of silence")


def test_the_first_reason_stands() -> None:
    """A hang-up and a guard may come together."""
    session = session_in(State.ENDED)

    told = heartbeat_take(session.pk, ending(Reason.IDLE), now=datetime.now(UTC))

    assert told.reason == "hangup"


def test_an_outdated_agent_ends_nothing() -> None:
    """The call belongs to a later attempt."""
    session = session_in(State.ACTIVE)
    later = Heartbeat(attempt=2, sent_at=datetime.now(UTC), caller_present=True)
    heartbeat_take(session.pk, later, now=datetime.now(UTC))

    with pytest.raises(AttemptOutdated):
        heartbeat_take(session.pk, ending(Reason.IDLE), now=datetime.now(UTC))


def test_a_call_begins_when_the_caller_joined() -> None:
    """The film is as long as the call, to half a second; the heartbeat that told of the caller came later."""
    session = session_in(State.ACTIVE)
    assert session.active_at is not None
    joined = session.active_at - timedelta(milliseconds=1)
    finished = SessionFinished(
        attempt=1, reason=Reason.HANGUP, started_at=joined, ended_at=datetime.now(UTC), last_turn=0
    )

    told = voice_session_finish(session.pk, finished, now=datetime.now(UTC))

    assert told.active_at is not None
    assert session.created_at <= told.active_at <= session.active_at


def test_who_comes_later_finds_the_latest_state(live_valkey: Valkey) -> None:
    """A page that reloads shows where the call is before anything else happens."""
    session = session_in(State.ACTIVE)

    text = live_valkey.client().get(STATE_KEY.format(session_id=session.pk))

    assert SessionEvent.model_validate_json(str(text)).state is State.ACTIVE
