"""What follows a call, by real workers of all pools and a real beat: each job once, whatever dies meanwhile."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from contract.metrics import NAMESPACE
from contract.pools import POOLS
from contract.session import Reason, SessionFinished, State, TurnsPosted, UsageItem
from control_plane.voice_sessions import live_state, outbox
from control_plane.voice_sessions.models import JobState, OutboxRow, VoiceSession
from control_plane.voice_sessions.services.callbacks import turns_post
from control_plane.voice_sessions.services.ending import voice_session_finish
from tests.control_plane.given import session_in, turn
from tests.control_plane.processes import running, worker
from tests.control_plane.sound import recording
from tests.platform.aws import ARTEFACTS, RECORDINGS, Aws
from tests.platform.gate import Gate
from tests.platform.valkey import Valkey
from tests.platform.waiting import wait_until

pytestmark = pytest.mark.usefixtures("stores")


MEASURED = {"SessionsEnded", "SessionDuration", "SessionCost", "JobDuration", "JobsFailed"}


def finish(session: VoiceSession, *, recorded: bool = True) -> None:
    """The agent's last word."""
    key = f"sessions/{session.pk}/audio.ogg" if recorded else None
    usage = (UsageItem(provider="local", model="persona", unit="input_tokens", quantity=12),)
    finished = SessionFinished(
        attempt=1, reason=Reason.HANGUP, ended_at=timezone.now(), last_turn=1, recording_key=key, usage=usage
    )
    voice_session_finish(session.pk, finished, now=timezone.now())


def talked(aws: Aws, folder: Path, *, seconds: float = 7.3) -> VoiceSession:
    """A session whose agent has uploaded the sound and posted a turn."""
    session = session_in(State.ACTIVE)
    turns_post(session.pk, TurnsPosted(attempt=1, turns=(turn(1, "Good morning."),)), now=timezone.now())
    sound = recording(folder / "audio.ogg", seconds=seconds)
    aws.client("s3").upload_file(str(sound), RECORDINGS, f"sessions/{session.pk}/audio.ogg")
    return session


def completed(session: VoiceSession) -> VoiceSession | None:
    """The session when all its jobs are done."""
    return VoiceSession.objects.filter(pk=session.pk, state=State.COMPLETED).first()


@contextmanager
def all_pools(aws: Aws, folder: Path) -> Iterator[None]:
    """A worker of each pool."""
    with (
        worker("voice", aws=aws, folder=folder),
        worker("data", aws=aws, folder=folder),
        worker("notifications", aws=aws, folder=folder, concurrency=4),
    ):
        yield


def test_a_finished_call_becomes_a_completed_record(aws: Aws, live_valkey: Valkey, tmp_path: Path) -> None:
    """A film, a transcript, a price, a hand-over, in that dependency; one task of each pool and of the beat ran."""
    session = talked(aws, tmp_path)

    with (
        live_valkey.heard(f"events:{session.pk}") as events,
        all_pools(aws, tmp_path),
        running("control_plane.beat", service="beat", aws=aws, folder=tmp_path),
    ):
        finish(session)
        done = wait_until(lambda: completed(session), what="completed", seconds=60)
        wait_until(_every_queue_beats, what="a pulse of every queue", seconds=60)
        wait_until(lambda: measured(aws) >= MEASURED, what="the workers' metrics", seconds=60)

    s3 = aws.client("s3")
    transcript = json.loads(s3.get_object(Bucket=ARTEFACTS, Key=done.transcript_key)["Body"].read())
    film = s3.head_object(Bucket=RECORDINGS, Key=done.video_key)
    [message] = aws.client("sqs").receive_message(QueueUrl=aws.queue_url, MaxNumberOfMessages=10)["Messages"]
    told = json.loads(message["Body"])
    assert done.video_key == f"sessions/{session.pk}/call.mp4"
    assert (film["ContentType"], film["ContentLength"] > 10_000) == ("video/mp4", True)
    assert [each["text"] for each in transcript["turns"]] == ["Good morning."]
    assert transcript["cost"]["total_usd"] == "0"
    assert (told["event"], told["session_id"], told["reason"]) == ("session.completed", session.pk, "hangup")
    assert [each["event"] for each in events][-1] == "session.completed"
    assert set(done.jobs.values_list("state", flat=True)) == {JobState.DONE}
    assert set(done.jobs.values_list("attempts", flat=True)) == {1}
    assert not [log for log in tmp_path.glob("*.log") if "Good morning" in log.read_text()]


def measured(aws: Aws) -> set[str]:
    """What CloudWatch has heard of."""
    return {each["MetricName"] for each in aws.client("cloudwatch").list_metrics(Namespace=NAMESPACE)["Metrics"]}


def test_a_job_whose_process_is_killed_is_done_again_and_counts_once(aws: Aws, tmp_path: Path) -> None:
    """SIGKILL while it waits for S3: the message comes again, its attempt goes on, one transcript is there."""
    session = session_in(State.ACTIVE, record=False)

    with Gate(aws.endpoint) as gate, worker("data", aws=aws, folder=tmp_path, endpoint=gate.url) as started:
        gate.close()
        finish(session, recorded=False)
        row = wait_until(lambda: _claimed(session, "transcript-finalise"), what="claim")
        [child] = _children_of(started.process.pid)
        os.kill(child, signal.SIGKILL)
        wait_until(lambda: _attempts(row) == 2, what="second attempt")
        gate.open()
        wait_until(lambda: _state(row) == JobState.DONE, what="done", seconds=60)

    assert _attempts(row) == 2
    assert OutboxRow.objects.filter(session=session, job="session-completed").count() == 1
    assert VoiceSession.objects.get(pk=session.pk).transcript_key


def test_a_job_that_kills_its_worker_every_time_is_buried() -> None:
    """The broker would redeliver it for ever; the row counts."""
    session = session_in(State.ACTIVE, record=False)
    finish(session, recorded=False)
    row = OutboxRow.objects.get(session=session)
    now = timezone.now()

    for _ in range(5):
        assert outbox.claim(row.pk, delivery="same message", time_limit_seconds=60, now=now)

    assert outbox.claim(row.pk, delivery="same message", time_limit_seconds=60, now=now) is None
    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == (JobState.DEAD, 5, "its worker was lost every time")


def test_a_malformed_message_ends_a_worker_and_nothing_else(aws: Aws, broker_valkey: Valkey, tmp_path: Path) -> None:
    """Celery cannot read it and exits, which ECS answers with a new worker; the next job is done by that one."""
    session = session_in(State.ACTIVE, record=False)
    with worker("data", aws=aws, folder=tmp_path) as started:
        broker_valkey.client().lpush("data", "garbage")
        wait_until(lambda: started.process.poll() is not None, what="exit")

    with worker("data", aws=aws, folder=tmp_path):
        finish(session, recorded=False)
        wait_until(lambda: _states(session).get("transcript-finalise") == JobState.DONE, what="done")

    assert started.process.returncode != 0


def test_a_lost_message_is_sent_again(aws: Aws, broker_valkey: Valkey, tmp_path: Path) -> None:
    """Valkey came back empty: the outbox knows what was not done."""
    session = session_in(State.ACTIVE, record=False)
    finish(session, recorded=False)
    broker_valkey.client().flushall()

    with worker("data", aws=aws, folder=tmp_path):
        assert outbox.due_send(now=timezone.now()) == 0
        assert outbox.due_send(now=timezone.now() + timedelta(minutes=1)) == 1
        wait_until(lambda: _states(session).get("transcript-finalise") == JobState.DONE, what="done")


def test_a_worker_that_is_stopped_gives_its_job_back(aws: Aws, tmp_path: Path) -> None:
    """A deployment must not lose a job: SIGTERM ends the worker in time, and another one goes on at once."""
    session = session_in(State.ACTIVE, record=False)

    with Gate(aws.endpoint) as gate, worker("data", aws=aws, folder=tmp_path, endpoint=gate.url) as started:
        gate.close()
        finish(session, recorded=False)
        row = wait_until(lambda: _claimed(session, "transcript-finalise"), what="claim")
        started.process.terminate()
        wait_until(lambda: started.process.poll() is not None, what="exit", seconds=30)

    with worker("data", aws=aws, folder=tmp_path):
        wait_until(lambda: _state(row) == JobState.DONE, what="done")
    assert _attempts(row) == 2


def test_a_job_goes_to_its_own_pool(broker_valkey: Valkey) -> None:
    """Workers of another pool would neither have its memory nor its patience."""
    finish(session_in(State.ACTIVE))

    waiting = {pool.queue: broker_valkey.client().llen(pool.queue) for pool in POOLS}

    assert waiting == {"voice": 1, "data": 1, "notifications": 0}


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_a_worker_answers_who_asks_after_it(aws: Aws, tmp_path: Path, path: str) -> None:
    """ECS asks the first, people and Prometheus the others."""
    with worker("data", aws=aws, folder=tmp_path) as started:
        assert started.answers(path) == 200


def _every_queue_beats() -> bool:
    now = timezone.now()
    return None not in [live_state.pulse_age_seconds(pool.queue, now=now) for pool in POOLS]


def _claimed(session: VoiceSession, job: str) -> OutboxRow | None:
    return OutboxRow.objects.filter(session=session, job=job, claimed_until__isnull=False).first()


def _state(row: OutboxRow) -> str:
    return OutboxRow.objects.get(pk=row.pk).state


def _attempts(row: OutboxRow) -> int:
    return OutboxRow.objects.get(pk=row.pk).attempts


def _states(session: VoiceSession) -> dict[str, Any]:
    return dict(OutboxRow.objects.filter(session=session).values_list("job", "state"))


def _children_of(pid: int) -> list[int]:
    """The prefork children; the worker has no others while ffmpeg runs in a group below them."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
