"""What an agent tells during the call: turns, usage, and that it is alive; in any order, as often as it likes."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction

from contract.session import Heartbeat, Reason, State, TurnsPosted
from contract.session import TranscriptTurn as PostedTurn
from control_plane.errors import SessionUnknown
from control_plane.voice_sessions.events import cost_publish, turn_publish
from control_plane.voice_sessions.live_state import heartbeat_write
from control_plane.voice_sessions.models import TranscriptTurn, VoiceSession
from control_plane.voice_sessions.selectors import session_cost
from control_plane.voice_sessions.services.usage import usage_record
from control_plane.voice_sessions.transitions import attempt_take, session_lock, session_move


def turns_post(session_id: str, posted: TurnsPosted, *, now: datetime) -> VoiceSession:
    """Keep the turns that are new, and the greater of each usage total, until the record is closed.

    Raises:
        SessionUnknown: There is none.
        AttemptOutdated: Another agent has the call.
    """
    with transaction.atomic():
        session = session_lock(session_id)
        attempt_take(session, posted.attempt)
        if session.is_closed:
            return session
        new = _keep_turns(session, posted.turns)
        usage_record(session_id, posted.usage, attempt=posted.attempt)
        for turn in new:
            transaction.on_commit(partial(turn_publish, session_id, turn, now=now))
        if posted.usage:
            transaction.on_commit(partial(cost_publish, session_id, session_cost(session_id).total_usd, now=now))
    return session


def heartbeat_take(session_id: str, heartbeat: Heartbeat, *, now: datetime) -> VoiceSession:
    """Keep the agent's sign of life in Valkey; the record changes only when the caller comes or goes.

    Raises:
        SessionUnknown: There is none.
        AttemptOutdated: Another agent has the call.
        RedisError: It could not be kept; the record is right nevertheless.
    """
    session = VoiceSession.objects.defer("request", "cost").filter(pk=session_id).first()
    if session is None:
        raise SessionUnknown(f"no session {session_id[:64]!r}")
    if heartbeat.ending is not None:
        return _end(session_id, heartbeat, reason=heartbeat.ending, now=now)
    if heartbeat.attempt != session.attempt or _presence_differs(session, heartbeat.caller_present):
        session = _presence_set(session_id, heartbeat, now=now)
    if not session.has_ended:
        heartbeat_write(session_id, heartbeat)
    return session


def _end(session_id: str, heartbeat: Heartbeat, *, reason: Reason, now: datetime) -> VoiceSession:
    """The agent has ended the call: the caller is let go before the agent uploads and finishes."""
    with transaction.atomic():
        attempt_take(session_lock(session_id), heartbeat.attempt)
        return session_move(session_id, State.ENDED, now=now, reason=reason, detail=heartbeat.detail).session


def _presence_differs(session: VoiceSession, caller_present: bool | None) -> bool:
    if caller_present is None or session.has_ended:
        return False
    return session.caller_present != caller_present or (caller_present and session.state != State.ACTIVE)


def _presence_set(session_id: str, heartbeat: Heartbeat, *, now: datetime) -> VoiceSession:
    with transaction.atomic():
        session = session_lock(session_id)
        attempt_take(session, heartbeat.attempt)
        if session.has_ended or heartbeat.caller_present is None:
            return session
        return caller_presence_set(session, heartbeat.caller_present, now=now)


def caller_presence_set(session: VoiceSession, caller_present: bool, *, now: datetime) -> VoiceSession:
    """Record that the caller is in or out of a session that has not ended. Call it under the lock."""
    session.caller_present = caller_present
    session.save(update_fields=["caller_present"])
    if caller_present:
        return session_move(session.pk, State.ACTIVE, now=now).session
    return session_move(session.pk, State.RECONNECTING, now=now).session


def _keep_turns(session: VoiceSession, posted: Sequence[PostedTurn]) -> list[PostedTurn]:
    """Answer those that were new, in order."""
    numbers = {turn.number: turn for turn in reversed(posted)}  # of two with one number the first counts
    known = set(TranscriptTurn.objects.filter(session=session, number__in=numbers).values_list("number", flat=True))
    new = [turn for number, turn in sorted(numbers.items()) if number not in known]
    TranscriptTurn.objects.bulk_create(
        TranscriptTurn(session=session, **turn.model_dump(mode="python")) for turn in new
    )
    return new
