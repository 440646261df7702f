"""The one place where a session's state changes: along the contract's table, under a lock, once.

What follows a change happens after its commit: watchers are told, and an ended session's room is closed.
"""

from datetime import datetime
from functools import partial
from typing import NamedTuple

import structlog
from django.db import transaction

from contract.session import TRANSITIONS, Reason, SessionEvent, State
from control_plane.errors import AttemptOutdated, LiveKitError, SessionUnknown
from control_plane.voice_sessions import outbox
from control_plane.voice_sessions.live_state import event_publish
from control_plane.voice_sessions.livekit_service import livekit
from control_plane.voice_sessions.models import Transport, VoiceSession

DATED = {
    State.DISPATCHED: "dispatched_at",
    State.ACTIVE: "active_at",
    State.ENDED: "ended_at",
    State.COMPLETED: "completed_at",
}
log = structlog.get_logger(__name__)


class Move(NamedTuple):
    """What became of a request to change state; `changed` is False when the table does not allow it."""

    session: VoiceSession
    changed: bool


def session_lock(session_id: str) -> VoiceSession:
    """Answer a session that nobody else changes until this transaction ends.

    Raises:
        SessionUnknown: There is none.
    """
    session = VoiceSession.objects.select_for_update().filter(pk=session_id).first()
    if session is None:
        raise SessionUnknown(f"no session {session_id[:64]!r}")
    return session


def attempt_take(session: VoiceSession, attempt: int) -> None:
    """Fence lower attempts; the first word of a higher one makes it the session's. Call it under the lock.

    Raises:
        AttemptOutdated: Another agent has the call.
    """
    if attempt < session.attempt:
        raise AttemptOutdated(f"attempt {attempt} of session {session.pk} was followed by {session.attempt}")
    if attempt > session.attempt and not session.has_ended:
        session.attempt = attempt
        session.save(update_fields=["attempt"])


def session_move(
    session_id: str,
    to: State,
    *,
    now: datetime,
    reason: Reason | None = None,
    detail: str = "",
    only_from: State | None = None,
) -> Move:
    """Change a session's state if the table allows it; news of an ended session change nothing.

    Args:
        reason: Of an end; the first one stays.
        detail: For people; never a caller's words.
        only_from: Nothing happens in any other state: for who decided by what it read before.

    Raises:
        SessionUnknown: There is none.
    """
    with transaction.atomic():
        session = session_lock(session_id)
        state = State(session.state)
        if to not in TRANSITIONS[state] or only_from not in (None, state):
            return Move(session, changed=False)
        session.state = to
        dated = DATED.get(to)
        if dated and getattr(session, dated) is None:
            setattr(session, dated, now)
        if to is State.ENDED:
            assert reason is not None
            session.reason, session.detail, session.caller_present = reason, detail[:2048], False
        session.save()
        transaction.on_commit(partial(_tell, session.pk, to, Reason(session.reason) if session.reason else None, now))
        if to is State.ENDED and session.transport == Transport.LIVEKIT:
            transaction.on_commit(partial(_close_room, session.pk, now))
    log.info("session moved", session_id=session.pk, state=to.value, reason=session.reason)
    return Move(session, changed=True)


def _tell(session_id: str, state: State, reason: Reason | None, now: datetime) -> None:
    name = "session.completed" if state is State.COMPLETED else "session.state"
    event_publish(
        SessionEvent.model_validate(
            {"event": name, "session_id": session_id, "timestamp": now, "state": state, "reason": reason}
        )
    )


def _close_room(session_id: str, now: datetime) -> None:
    """At once, because somebody may be talking in there; by a job where LiveKit does not answer."""
    try:
        livekit().room_delete(session_id)
    except LiveKitError as failed:
        log.warning("room not closed; a job will", session_id=session_id, error=str(failed))
        outbox.enqueue(session_id, "room-close", now=now)
