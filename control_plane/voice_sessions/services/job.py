"""One attempt at one job, by a worker that was sent its row."""

from datetime import datetime
from time import monotonic

import structlog
from django.db import transaction

from contract.session import State
from control_plane.errors import JobError
from control_plane.voice_sessions import measures, outbox
from control_plane.voice_sessions.jobs import HAND_OVER, JOBS, ROOM_CLOSE
from control_plane.voice_sessions.models import JobState, OutboxRow, VoiceSession
from control_plane.voice_sessions.transitions import session_lock, session_move

log = structlog.get_logger(__name__)


def job_perform(row_id: int, job: str, *, delivery: str, now: datetime) -> JobState | None:
    """Claim a row, do its job, and settle it with what was found out; None when there was nothing to claim.

    Args:
        delivery: Id of the message that brought it.
    """
    pool = JOBS[job].pool
    row = outbox.claim(row_id, delivery=delivery, time_limit_seconds=pool.task_time_limit_seconds, now=now)
    if row is None:
        return None
    with structlog.contextvars.bound_contextvars(session_id=row.session_id, job=job):
        started = monotonic()
        state = _attempt(row, now=now)
        measures.job_recorded(pool.name, job=job, seconds=monotonic() - started)
        log.info("job attempted", attempt=row.attempts, outcome=state.value)
    return state


def _attempt(row: OutboxRow, *, now: datetime) -> JobState:
    try:
        found = JOBS[row.job].run(row.session_id)
    except Exception as failed:
        # Whatever it was, it is counted, kept with the row and tried again or buried; the worker goes on.
        error = outbox.error_of(failed)
        log.warning("job failed", error=error, exc_info=not isinstance(failed, JobError))
        if outbox.is_final(failed):
            return _settle(row, found={}, state=JobState.SKIPPED, now=now, error=error)
        return outbox.give_up_attempt(row, error=error, now=now)
    return _settle(row, found=dict(found), state=JobState.DONE, now=now)


def _settle(row: OutboxRow, *, found: dict[str, object], state: JobState, now: datetime, error: str = "") -> JobState:
    with transaction.atomic():
        session = session_lock(row.session_id)
        if not outbox.settle(row, state=state, now=now, error=error):
            return JobState.WAITING  # another attempt has taken over; its effect counts
        if found:
            VoiceSession.objects.filter(pk=session.pk).update(**found)
        _advance(session.pk, now=now)
    return state


def _advance(session_id: str, *, now: datetime) -> None:
    """Hand the session over when its files are made; complete it when that is done too."""
    states = dict(OutboxRow.objects.filter(session_id=session_id).values_list("job", "state"))
    settled = {JobState.DONE, JobState.SKIPPED}
    files = {job: state for job, state in states.items() if job not in (HAND_OVER, ROOM_CLOSE)}
    if not files or not set(files.values()) <= settled:
        return
    outbox.enqueue(session_id, HAND_OVER, now=now)
    if HAND_OVER in states and set(states.values()) <= settled:
        move = session_move(session_id, State.COMPLETED, now=now)
        if move.changed:
            transaction.on_commit(lambda: measures.session_recorded(move.session))
