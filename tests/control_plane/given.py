"""Sessions in the state that a test begins with, brought there by the services that would."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from contract.session import Heartbeat, Reason, Speaker, State, TranscriptTurn
from control_plane.voice_sessions.callback_token import callback_token_issue
from control_plane.voice_sessions.models import Transport, VoiceSession
from control_plane.voice_sessions.services.callbacks import heartbeat_take
from control_plane.voice_sessions.services.ending import voice_session_end
from control_plane.voice_sessions.services.opening import Wish, voice_session_record
from control_plane.voice_sessions.transitions import session_move

NOW: Final = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def wish(**different: Any) -> Wish:
    """A small wish."""
    usual: dict[str, Any] = {
        "simulation_service": "local",
        "transport": Transport.WEBSOCKET,
        "language": "en",
        "prompt": "You buy nothing.",
        "greeting": "Hello?",
        "stop_words": ("goodbye",),
        "record": True,
        "extra": {"study": 7},
    }
    return Wish(**{**usual, **different})


def session_in(state: State, *, now: datetime | None = None, **different: Any) -> VoiceSession:
    """A session that has come as far as a state, without anybody being asked over the network."""
    now = now or datetime.now(UTC)
    session = voice_session_record(wish(**different), now=now)
    if state is State.REQUESTED:
        return session
    session_move(session.pk, State.DISPATCHED, now=now)
    if state in (State.ACTIVE, State.RECONNECTING):
        heartbeat_take(session.pk, heartbeat(caller_present=True, sent_at=now), now=now)
    if state is State.RECONNECTING:
        heartbeat_take(session.pk, heartbeat(caller_present=False, sent_at=now), now=now)
    if state is State.ENDED:
        voice_session_end(session.pk, reason=Reason.HANGUP, now=now)
    return VoiceSession.objects.get(pk=session.pk)


def heartbeat(*, caller_present: bool | None, sent_at: datetime | None = None, attempt: int = 1) -> Heartbeat:
    """A sign of life."""
    return Heartbeat(attempt=attempt, sent_at=sent_at or datetime.now(UTC), caller_present=caller_present)


def turn(number: int, text: str = "Good morning.", *, speaker: Speaker = Speaker.CALLER) -> TranscriptTurn:
    """A committed turn."""
    start = NOW + timedelta(seconds=10 * number)
    return TranscriptTurn(
        number=number, speaker=speaker, text=text, started_at=start, ended_at=start + timedelta(seconds=2)
    )


def bearer(session_id: str, *, now: datetime | None = None) -> dict[str, str]:
    """The headers of a session's agent."""
    return {"Authorization": f"Bearer {callback_token_issue(session_id, now=now or datetime.now(UTC))}"}
