"""Jobs that must happen: a row with the change that makes it necessary, sent to the broker until it is done.

The broker may lose a message, or deliver it twice. A worker claims the row before it works; a second message
for the same row finds it claimed or done. An attempt that dies with its worker is taken up again by the
redelivery of its own message, or by the sweep once the claim has run out.
"""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from contract.pools import MAX_ATTEMPTS
from control_plane.celery_app import app
from control_plane.errors import JobError, JobImpossible
from control_plane.voice_sessions import measures
from control_plane.voice_sessions.jobs import JOBS
from control_plane.voice_sessions.models import JobState, OutboxRow

SEND_AGAIN_SECONDS: Final = 30  # a message that nobody has claimed by then is taken for lost
CLAIM_MARGIN_SECONDS: Final = 30  # after the pool's time limit, when the worker must be dead
BACKOFF_SECONDS: Final = 2  # doubled with each attempt, ± half
SWEEP_BATCH: Final = 500
log = structlog.get_logger(__name__)


def enqueue(session_id: str, job: str, *, now: datetime) -> None:
    """Write a job of a session into this transaction, once, and send it when that commits."""
    row, is_new = OutboxRow.objects.get_or_create(
        session_id=session_id,
        job=job,
        defaults={"created_at": now, "due_at": now + timedelta(seconds=SEND_AGAIN_SECONDS)},
    )
    if is_new:
        transaction.on_commit(partial(_send, [(row.pk, job)]))


def due_send(*, now: datetime) -> int:
    """Send every waiting job whose time has come, and answer how many: lost messages, retries, broken claims."""
    with transaction.atomic():
        due = OutboxRow.objects.select_for_update(skip_locked=True).filter(state=JobState.WAITING, due_at__lte=now)
        rows = list(due.order_by("due_at").values_list("pk", "job")[:SWEEP_BATCH])
        again = now + timedelta(seconds=SEND_AGAIN_SECONDS)
        OutboxRow.objects.filter(pk__in=[key for key, _ in rows]).update(due_at=again)
        transaction.on_commit(partial(_send, rows))
    return len(rows)


def claim(row_id: int, *, delivery: str, time_limit_seconds: int, now: datetime) -> OutboxRow | None:
    """Take a job for one attempt; None when it is done, dead, or another's.

    Args:
        delivery: Id of the message; its redelivery proves that the worker before was lost.
    """
    until = now + timedelta(seconds=time_limit_seconds + CLAIM_MARGIN_SECONDS)
    free = Q(delivery="") | Q(delivery=delivery) | Q(claimed_until__lte=now)
    claimed = OutboxRow.objects.filter(free, pk=row_id, state=JobState.WAITING).update(
        attempts=F("attempts") + 1, delivery=delivery, claimed_until=until, due_at=until
    )
    if not claimed:
        return None
    row = OutboxRow.objects.get(pk=row_id)
    if row.attempts <= MAX_ATTEMPTS:
        return row
    _bury(row, error=row.error or "its worker was lost every time", attempts=MAX_ATTEMPTS)
    return None


def settle(row: OutboxRow, *, state: JobState, now: datetime, error: str = "") -> bool:
    """Mark a claimed job done or skipped, within the transaction of its effect; False if the claim was lost."""
    mine = OutboxRow.objects.filter(pk=row.pk, state=JobState.WAITING, delivery=row.delivery, attempts=row.attempts)
    return bool(mine.update(state=state, done_at=now, error=error[:1024]))


def give_up_attempt(row: OutboxRow, *, error: str, now: datetime) -> JobState:
    """Put a failed attempt back with a growing pause, or bury the job after MAX_ATTEMPTS."""
    if row.attempts >= MAX_ATTEMPTS:
        _bury(row, error=error, attempts=row.attempts)
        return JobState.DEAD
    pause = timedelta(seconds=BACKOFF_SECONDS * 2 ** (row.attempts - 1) * random.uniform(0.5, 1.5))
    OutboxRow.objects.filter(pk=row.pk, state=JobState.WAITING, delivery=row.delivery).update(
        delivery="", claimed_until=None, due_at=now + pause, error=error[:1024]
    )
    return JobState.WAITING


def revive(rows: Iterable[OutboxRow], *, now: datetime) -> int:
    """Give dead jobs all their attempts again, and answer how many there were."""
    revived = 0
    for row in rows:
        revived += OutboxRow.objects.filter(pk=row.pk, state=JobState.DEAD).update(
            state=JobState.WAITING, attempts=0, delivery="", claimed_until=None, done_at=None, due_at=now
        )
    return revived


def error_of(failed: Exception) -> str:
    """Say what failed without what it worked on: only our own errors' texts are known to be clean."""
    return str(failed) if isinstance(failed, JobError) else type(failed).__name__


def is_final(failed: Exception) -> bool:
    """Whether no further attempt can succeed."""
    return isinstance(failed, JobImpossible)


def _bury(row: OutboxRow, *, error: str, attempts: int) -> None:
    buried = OutboxRow.objects.filter(pk=row.pk, state=JobState.WAITING).update(
        state=JobState.DEAD, done_at=timezone.now(), error=error[:1024], attempts=attempts
    )
    if buried:
        measures.job_buried(JOBS[row.job].pool.name, job=row.job)
    log.error("job is dead", session_id=row.session_id, job=row.job, attempts=attempts, error=error)


def _send(rows: Iterable[tuple[int, str]]) -> None:
    """Where the broker takes nothing, the sweep sends it later."""
    for row_id, job in rows:
        try:
            app.send_task(job, args=[row_id], queue=JOBS[job].pool.queue, retry=False)
        except OperationalError as failed:
            log.warning("broker takes no message; the sweep will send it", job=job, error=type(failed).__name__)
            return
