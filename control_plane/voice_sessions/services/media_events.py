"""LiveKit's webhooks are hints: they come late, twice, in any order, or never; heartbeats are believed before them."""

from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from livekit.protocol.webhook import WebhookEvent as Hint
from redis.exceptions import RedisError

from contract.session import IDENTITY_CALLER, Reason, State
from contract.timing import AGENT_LOST_SECONDS
from control_plane.voice_sessions.live_state import heartbeats_read
from control_plane.voice_sessions.models import VoiceSession, WebhookEvent
from control_plane.voice_sessions.services.callbacks import caller_presence_set
from control_plane.voice_sessions.transitions import session_move

ROOM_FINISHED: Final = "room_finished"
JOINED: Final = "participant_joined"
LEFT: Final = frozenset({"participant_left", "participant_connection_aborted"})
log = structlog.get_logger(__name__)


def media_event_take(hint: Hint, *, now: datetime) -> bool:
    """Let an event have its effect once; False if it had it before."""
    with transaction.atomic():
        _, is_new = WebhookEvent.objects.get_or_create(
            pk=hint.id, defaults={"event": hint.event, "session_id": hint.room.name, "received_at": now}
        )
        if is_new:
            _apply(hint, now=now)
    log.info("webhook", event_name=hint.event, session_id=hint.room.name, is_new=is_new)
    return is_new


def _apply(hint: Hint, *, now: datetime) -> None:
    session = VoiceSession.objects.select_for_update().filter(pk=hint.room.name).first()
    if session is None or session.has_ended:
        return
    is_caller = hint.participant.identity == IDENTITY_CALLER
    if hint.event == ROOM_FINISHED:
        _room_finished(session, now=now)
    elif is_caller and hint.event == JOINED:
        _caller_joined(session, hint, now=now)
    elif is_caller and hint.event in LEFT:
        _caller_left(session, hint, now=now)


def _room_finished(session: VoiceSession, *, now: datetime) -> None:
    """LiveKit may close one of two rooms of this name after its Valkey was lost; an agent that speaks knows better."""
    if _agent_sees_caller(session.pk, now=now):
        return
    never_joined = session.active_at is None
    session_move(session.pk, State.ENDED, now=now, reason=Reason.NO_SHOW if never_joined else Reason.NOT_REJOINED)


def _caller_joined(session: VoiceSession, hint: Hint, *, now: datetime) -> None:
    joined_at = _joined_at(hint)
    if hint.participant.sid == session.caller_left_sid or _is_older(session, joined_at):
        return
    session.caller_sid, session.caller_joined_at = hint.participant.sid, joined_at
    session.save(update_fields=["caller_sid", "caller_joined_at"])
    caller_presence_set(session, True, now=now)


def _caller_left(session: VoiceSession, hint: Hint, *, now: datetime) -> None:
    """Of another connection than the present one it is old news; of one not seen yet, they came and went."""
    joined_at = _joined_at(hint)
    if session.caller_sid not in ("", hint.participant.sid) and _is_older(session, joined_at):
        return
    session.caller_left_sid, session.caller_joined_at = hint.participant.sid, joined_at
    session.save(update_fields=["caller_left_sid", "caller_joined_at"])
    session_move(session.pk, State.ACTIVE, now=now, only_from=State.DISPATCHED)
    session.refresh_from_db()
    caller_presence_set(session, False, now=now)


def _is_older(session: VoiceSession, joined_at: datetime) -> bool:
    return session.caller_joined_at is not None and joined_at < session.caller_joined_at


def _joined_at(hint: Hint) -> datetime:
    """When this connection of the caller's was made: the same in all its events."""
    milliseconds = hint.participant.joined_at_ms or hint.participant.joined_at * 1000 or hint.created_at * 1000
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)


def _agent_sees_caller(session_id: str, *, now: datetime) -> bool:
    try:
        heard = heartbeats_read([session_id]).get(session_id)
    except RedisError:
        log.warning("heartbeat cannot be read; the webhook is believed", session_id=session_id)
        return False
    return bool(heard and heard.caller_present and heard.sent_at > now - timedelta(seconds=AGENT_LOST_SECONDS))
