"""A session is opened: recorded, its room made, an agent asked for, and its caller let in."""

from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

import structlog
from django.conf import settings
from django.db import transaction
from pydantic import ValidationError

from contract.environment import ControlPlaneEnv
from contract.live_state import Ticket
from contract.services import EVENTS_PATH, VOICE_PATH
from contract.session import MAX_METADATA_BYTES, Reason, SessionMetadata, State
from contract.timing import TICKET_SECONDS
from control_plane.errors import (
    LiveKitError,
    MediaUnavailable,
    PayloadTooLarge,
    PipelineUnknown,
    SessionNotOpen,
    WrongTransport,
)
from control_plane.voice_sessions.callback_token import callback_token_issue
from control_plane.voice_sessions.live_state import ticket_issue
from control_plane.voice_sessions.livekit_service import RoomTimeouts, livekit
from control_plane.voice_sessions.models import TranscriptTurn, Transport, VoiceSession
from control_plane.voice_sessions.selectors import session_get
from control_plane.voice_sessions.session_id import new_session_id
from control_plane.voice_sessions.transitions import session_move

ASKED: Final = ("prompt", "greeting", "stop_words", "record", "extra")
log = structlog.get_logger(__name__)


class Opened(NamedTuple):
    """How the caller gets in."""

    session: VoiceSession
    url: str
    token: str
    expires_at: datetime


class Wish(NamedTuple):
    """What a session shall be; checked where it came in, but for what only the environment knows."""

    simulation_service: str
    transport: Transport
    language: str
    prompt: str
    greeting: str
    stop_words: tuple[str, ...]
    record: bool
    extra: dict[str, object]


def voice_session_record(wish: Wish, *, now: datetime) -> VoiceSession:
    """Write a new session into the record; nobody is asked to do anything yet.

    Raises:
        PipelineUnknown: Names the ones that are enabled.
        PayloadTooLarge: The agent could not be told all of it.
    """
    enabled = _environment().pipelines.split(",")
    if wish.simulation_service not in enabled:
        raise PipelineUnknown(
            f"simulation_service is {wish.simulation_service[:64]!r}", hint=f"choose one of {', '.join(enabled)}"
        )
    request = {name: getattr(wish, name) for name in ASKED}
    session = VoiceSession(
        id=new_session_id(now=now),
        transport=wish.transport,
        simulation_service=wish.simulation_service,
        language=wish.language,
        request={**request, "stop_words": list(wish.stop_words)},
        created_at=now,
    )
    session_metadata(session, attempt=1, now=now)
    session.save(force_insert=True)
    return session


def voice_session_open(session: VoiceSession, *, now: datetime) -> Opened:
    """Make the room, ask for an agent, and let the caller in.

    Raises:
        MediaUnavailable: LiveKit did not do it; the session is ended.
    """
    if session.transport == Transport.LIVEKIT:
        try:
            _dispatch(session, now=now)
        except LiveKitError as failed:
            log.error("media unavailable", session_id=session.pk, error=str(failed))
            session_move(
                session.pk, State.ENDED, now=now, reason=Reason.MEDIA_UNAVAILABLE, detail=type(failed).__name__
            )
            raise MediaUnavailable(f"session {session.pk} is ended", retry_after_seconds=5) from None
    session = session_move(session.pk, State.DISPATCHED, now=now).session
    return token_issue(session, now=now) if session.transport == Transport.LIVEKIT else voice_ticket(session, now=now)


def session_token_issue(session_id: str, *, now: datetime) -> Opened:
    """Let the caller of an open LiveKit session in again, under the same identity.

    Raises:
        SessionUnknown: There is none.
        SessionNotOpen: It has ended.
        WrongTransport: It is a WebSocket's.
    """
    session = _open_session(session_id)
    if session.transport != Transport.LIVEKIT:
        raise WrongTransport(f"session {session.pk} is carried by a WebSocket", hint="post to …/ticket instead")
    return token_issue(session, now=now)


def session_ticket_issue(session_id: str, *, opens: Literal["voice", "events"], now: datetime) -> Opened:
    """Let the caller carry an open WebSocket session on, or let somebody watch any open session.

    Raises:
        SessionUnknown: There is none.
        SessionNotOpen: It has ended.
        WrongTransport: A voice ticket for a LiveKit session.
    """
    session = _open_session(session_id)
    if opens == "voice":
        if session.transport != Transport.WEBSOCKET:
            raise WrongTransport(f"session {session.pk} is carried by LiveKit", hint="post to …/token instead")
        return voice_ticket(session, now=now)
    url = _environment().voice_websocket_url.removesuffix(VOICE_PATH) + EVENTS_PATH
    return _ticket(session, Ticket(opens="events", session_id=session.pk), url=url, now=now)


def token_issue(session: VoiceSession, *, now: datetime) -> Opened:
    """Mint a LiveKit token of a session's caller."""
    lifetime = timedelta(seconds=_environment().token_lifetime_seconds)
    token = livekit().token_mint(session.pk, lifetime=lifetime)
    return Opened(session, _environment().livekit_url, token, now + lifetime)


def voice_ticket(session: VoiceSession, *, now: datetime) -> Opened:
    """Write a ticket with which the caller carries a WebSocket session."""
    again = session.active_at is not None
    metadata = session_metadata(session, attempt=session.attempt + 1 if again else session.attempt, now=now)
    ticket = Ticket(opens="voice", session_id=session.pk, metadata=metadata)
    return _ticket(session, ticket, url=_environment().voice_websocket_url, now=now)


def session_metadata(session: VoiceSession, *, attempt: int, now: datetime) -> SessionMetadata:
    """Answer what an agent is told about a session.

    Raises:
        PayloadTooLarge: It would be more than LiveKit and the agent are made for.
    """
    environment = _environment()
    before = TranscriptTurn.objects.filter(session=session).count() if session.active_at else 0
    told = {
        **session.request,
        "session_id": session.pk,
        "simulation_service": session.simulation_service,
        "attempt": attempt,
        "turns_before": before,
        "language": session.language,
        "max_call_seconds": environment.max_call_seconds,
        "idle_seconds": environment.idle_seconds,
        "rejoin_window_seconds": environment.rejoin_window_seconds,
        "callback_token": callback_token_issue(session.pk, now=now),
    }
    try:
        return SessionMetadata.model_validate(told)
    except ValidationError:
        raise PayloadTooLarge(
            f"prompt, greeting, stop_words and extra are more than {MAX_METADATA_BYTES} bytes as JSON",
            hint="shorten prompt or extra",
        ) from None


def _dispatch(session: VoiceSession, *, now: datetime) -> None:
    environment = _environment()
    timeouts = RoomTimeouts(environment.room_empty_timeout_seconds, environment.room_departure_timeout_seconds)
    metadata = session_metadata(session, attempt=session.attempt, now=now)
    livekit().room_create(session.pk, timeouts=timeouts)
    livekit().dispatch_create(session.pk, agent_name=environment.agent_name, metadata=metadata.model_dump_json())


def _open_session(session_id: str) -> VoiceSession:
    with transaction.atomic():
        session = session_get(session_id)
    if not session.is_open:
        raise SessionNotOpen(f"session {session.pk} is {session.state}")
    return session


def _ticket(session: VoiceSession, ticket: Ticket, *, url: str, now: datetime) -> Opened:
    return Opened(session, url, ticket_issue(ticket), now + timedelta(seconds=TICKET_SECONDS))


def _environment() -> ControlPlaneEnv:
    environment: ControlPlaneEnv = settings.ENVIRONMENT
    return environment
