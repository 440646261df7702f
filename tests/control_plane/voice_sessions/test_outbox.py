"""A job is written with its cause, sent until it is done, tried five times, and then kept for a person."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from contract.metrics import JOBS_FAILED, POOL
from contract.session import State
from control_plane.errors import JobFailed
from control_plane.voice_sessions import measures, outbox
from control_plane.voice_sessions.models import JobState, OutboxRow, VoiceSession
from control_plane.voice_sessions.services.job import job_perform
from tests.control_plane.given import session_in
from tests.platform.valkey import Valkey

pytestmark = pytest.mark.usefixtures("stores")


def job_of(session: VoiceSession) -> OutboxRow:
    """A transcript to be written."""
    outbox.enqueue(session.pk, "transcript-finalise", now=timezone.now())
    return OutboxRow.objects.get(session=session)


def test_a_job_and_its_cause_are_written_together(broker_valkey: Valkey) -> None:
    """Rolled back, there is neither row nor message."""
    session = session_in(State.ENDED)

    with transaction.atomic():
        outbox.enqueue(session.pk, "transcript-finalise", now=timezone.now())
        transaction.set_rollback(True)

    assert not OutboxRow.objects.exists()
    assert broker_valkey.client().llen("data") == 0


def test_a_broker_that_is_down_loses_nothing(broker_valkey: Valkey) -> None:
    """The request succeeds, the row waits, the sweep sends it."""
    session = session_in(State.ENDED)
    with broker_valkey.outage():
        row = job_of(session)

    sent = outbox.due_send(now=timezone.now() + timedelta(minutes=1))

    assert (row.state, sent) == (JobState.WAITING, 1)
    assert broker_valkey.client().llen("data") == 1


def test_a_second_message_finds_the_job_claimed() -> None:
    """Until the claim has run out, by when its worker was killed."""
    row, now = job_of(session_in(State.ENDED)), timezone.now()
    outbox.claim(row.pk, delivery="first", time_limit_seconds=420, now=now)

    other = outbox.claim(row.pk, delivery="second", time_limit_seconds=420, now=now + timedelta(seconds=449))
    late = outbox.claim(row.pk, delivery="second", time_limit_seconds=420, now=now + timedelta(seconds=450))

    assert other is None
    assert late is not None


def test_a_worker_that_was_overtaken_changes_nothing() -> None:
    """It was paused; another has taken the job up."""
    row, now = job_of(session_in(State.ENDED)), timezone.now()
    first = outbox.claim(row.pk, delivery="first", time_limit_seconds=0, now=now)
    second = outbox.claim(row.pk, delivery="second", time_limit_seconds=60, now=now + timedelta(minutes=1))

    assert first is not None
    assert second is not None
    assert outbox.settle(first, state=JobState.DONE, now=now) is False
    assert outbox.settle(second, state=JobState.DONE, now=now) is True


def test_a_job_that_fails_is_tried_five_times_with_growing_pauses() -> None:
    """Then it is dead, with its last error, and its session is not completed."""
    row, now = job_of(session_in(State.ENDED)), timezone.now()
    pauses = []

    for number in range(5):
        claimed = outbox.claim(row.pk, delivery=f"message {number}", time_limit_seconds=60, now=now)
        assert claimed is not None
        state = outbox.give_up_attempt(claimed, error=outbox.error_of(JobFailed("S3 is away")), now=now)
        row.refresh_from_db()
        pauses.append((row.due_at - now).total_seconds())

    assert state == JobState.DEAD
    assert (row.state, row.attempts, row.error) == (JobState.DEAD, 5, "S3 is away")
    assert [low <= pause <= 3 * low for low, pause in zip((1, 2, 4, 8), pauses, strict=False)] == [True] * 4


@pytest.mark.parametrize("is_lost", [True, False], ids=["its workers were lost", "its attempts failed"])
def test_a_job_that_is_given_up_is_counted_once(is_lost: bool) -> None:
    """An alarm reads the count; a worker that is killed for its memory reports no failure of its own."""
    row, now = job_of(session_in(State.ENDED)), timezone.now()
    given_up()

    for number in range(6):
        claimed = outbox.claim(row.pk, delivery=f"message {number}", time_limit_seconds=60, now=now)
        if claimed is not None and not is_lost:
            outbox.give_up_attempt(claimed, error="S3 is away", now=now)
        now += timedelta(hours=1)

    row.refresh_from_db()
    assert row.state == JobState.DEAD
    assert given_up() == {"data": 1}


def given_up() -> dict[str, float]:
    """What CloudWatch has not been told yet, by pool."""
    samples = [sample for sample in measures.recorder().take() if sample.metric is JOBS_FAILED]
    return {dict(sample.dimensions)[POOL]: sample.values[0] for sample in samples if sample.values[0]}


def test_a_dead_job_is_revived_in_the_back_office() -> None:
    """After somebody has mended what was broken."""
    row = job_of(session_in(State.ENDED))
    OutboxRow.objects.update(state=JobState.DEAD, attempts=5)
    person = User.objects.create_superuser("ann", password="correct horse battery")
    browser = Client()
    browser.force_login(person)

    page = browser.get("/admin/voice_sessions/outboxrow/")
    answer = browser.post(
        "/admin/voice_sessions/outboxrow/", {"action": "retry", "_selected_action": [row.pk]}, follow=True
    )

    row.refresh_from_db()
    person.delete()
    assert (page.status_code, answer.status_code) == (200, 200)
    assert "1 jobs will be tried again" in answer.content.decode()
    assert (row.state, row.attempts) == (JobState.WAITING, 0)


def test_an_impossible_job_is_skipped_and_the_session_completes() -> None:
    """The recording was never uploaded: that is said, and the rest goes on."""
    session = session_in(State.ENDED)
    VoiceSession.objects.update(finished_at=timezone.now())
    for job in ("video-assemble", "transcript-finalise"):
        outbox.enqueue(session.pk, job, now=timezone.now())

    for job in ("video-assemble", "transcript-finalise", "session-completed"):
        row = OutboxRow.objects.get(job=job)
        job_perform(row.pk, job, delivery=job, now=timezone.now())

    video = OutboxRow.objects.get(job="video-assemble")
    assert (video.state, video.error) == (JobState.SKIPPED, f"recording_missing: no sessions/{session.pk}/audio.ogg")
    assert VoiceSession.objects.get().state == State.COMPLETED


def test_the_sweep_reads_an_index() -> None:
    """The table grows with every call, what waits in it does not."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM voice_sessions_outboxrow"
            " WHERE state = 'waiting' AND due_at <= now() ORDER BY due_at"
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "outbox_due" in plan
