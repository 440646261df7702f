"""A session is ended by somebody, and finished by its agent, or by the clean-up in its place."""

from datetime import datetime

from django.db import transaction

from contract.session import Reason, SessionFinished, State
from contract.storage import AUDIO_KEY
from control_plane.voice_sessions import outbox
from control_plane.voice_sessions.jobs import TRANSCRIPT, VIDEO
from control_plane.voice_sessions.models import VoiceSession
from control_plane.voice_sessions.services.usage import usage_record
from control_plane.voice_sessions.transitions import attempt_take, session_lock, session_move


def voice_session_end(
    session_id: str, *, reason: Reason, now: datetime, only_from: State | None = None
) -> VoiceSession:
    """End a session; one that has ended stays as it is.

    Args:
        only_from: Leave it alone in any other state.

    Raises:
        SessionUnknown: There is none.
    """
    return session_move(session_id, State.ENDED, now=now, reason=reason, only_from=only_from).session


def voice_session_finish(session_id: str, finished: SessionFinished, *, now: datetime) -> VoiceSession:
    """Take the agent's last word: end the session if nobody has, and hand it over to the jobs, once.

    A recording that a late agent brings after the clean-up has finished the session is still made a film, but
    not when the session is completed: others were told that this is all of it.

    Raises:
        SessionUnknown: There is none.
        AttemptOutdated: Another agent has the call.
    """
    with transaction.atomic():
        session = session_lock(session_id)
        attempt_take(session, finished.attempt)
        if session.state == State.COMPLETED:
            return session
        session = session_move(session_id, State.ENDED, now=now, reason=finished.reason, detail=finished.detail).session
        if not session.is_closed:
            usage_record(session_id, finished.usage, attempt=finished.attempt)
        _date_start(session, finished.started_at)
        known = AUDIO_KEY.format(session_id=session_id)
        # Another key would let one session's token read another's recording.
        recording = known if finished.recording_key == known else ""
        _date_recording(session, finished.recording_started_at)
        _hand_to_jobs(session, recording=recording, last_turn=finished.last_turn, now=now)
        if not recording and session.request.get("record") and session.active_at is not None:
            # There was a call to record: the job looks for its sound, and keeps the reason for having none.
            outbox.enqueue(session.pk, VIDEO, now=now)
    return session


def _date_start(session: VoiceSession, started_at: datetime | None) -> None:
    """The agent saw the caller join before it could say so; the call begins then."""
    if started_at is not None and session.active_at is not None and started_at < session.active_at:
        session.active_at = max(started_at, session.created_at)
        session.save(update_fields=["active_at"])


def _date_recording(session: VoiceSession, started_at: datetime | None) -> None:
    """Where the sound lies in the call: an agent that was slower than the caller recorded less than all of it."""
    if session.recording_started_at is None and started_at is not None:
        session.recording_started_at = started_at
        session.save(update_fields=["recording_started_at"])


def voice_session_abandon(session_id: str, *, recording: str, now: datetime) -> VoiceSession:
    """Finish an ended session whose agent never did, with what there is."""
    with transaction.atomic():
        session = session_lock(session_id)
        if session.state == State.ENDED and session.finished_at is None:
            _hand_to_jobs(session, recording=recording, last_turn=0, now=now)
    return session


def _hand_to_jobs(session: VoiceSession, *, recording: str, last_turn: int, now: datetime) -> None:
    session.last_turn = max(session.last_turn, last_turn)
    session.recording_key = session.recording_key or recording
    session.finished_at = session.finished_at or now
    session.save(update_fields=["last_turn", "recording_key", "finished_at"])
    if session.recording_key:
        outbox.enqueue(session.pk, VIDEO, now=now)
    outbox.enqueue(session.pk, TRANSCRIPT, now=now)
