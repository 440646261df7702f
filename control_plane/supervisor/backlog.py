"""What waits: messages in the broker, jobs in the outbox, callers without an agent, sessions that got stuck.

None of it is taken from those it is about: a clean-up that is dead would find nothing stuck.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Min, QuerySet
from redis import Redis

from contract.metrics import BEAT_AGE, OUTBOX_WAIT, QUEUE_DEPTH, QUEUE_WAIT, ROOMS_WITHOUT_AGENT, SESSIONS_STUCK
from contract.pools import POOLS
from contract.session import State
from contract.timing import AGENT_JOIN_SECONDS, AGENT_LOST_SECONDS
from control_plane.voice_sessions.jobs import JOBS
from control_plane.voice_sessions.live_state import heartbeats_read, pulse_age_seconds
from control_plane.voice_sessions.models import JobState, OutboxRow, Transport, VoiceSession
from control_plane.voice_sessions.services.sweep import SILENT_SECONDS
from runtime.kit.metrics import Recorder

QUEUE_METRICS: Final = (QUEUE_DEPTH, QUEUE_WAIT, OUTBOX_WAIT)
SESSION_METRICS: Final = (ROOMS_WITHOUT_AGENT, SESSIONS_STUCK)
BEAT_METRICS: Final = (BEAT_AGE,)
MOST_LOOKED_AT: Final = 5000  # sessions in one look, the largest size preset's


def record_queues(recorder: Recorder, broker: Redis, *, now: datetime) -> None:
    """Record how much waits for each pool, and how long the oldest of it has waited."""
    for pool in POOLS:
        depth = broker.llen(pool.queue)
        recorder.set(QUEUE_DEPTH, float(str(depth)), pool=pool.name)
        jobs = [name for name, job in JOBS.items() if job.pool is pool]
        waiting = OutboxRow.objects.filter(job__in=jobs, state=JobState.WAITING, delivery="")
        recorder.set(QUEUE_WAIT, _age(waiting.aggregate(oldest=Min("created_at"))["oldest"], now), pool=pool.name)
    oldest = OutboxRow.objects.filter(state=JobState.WAITING).aggregate(oldest=Min("created_at"))["oldest"]
    recorder.set(OUTBOX_WAIT, _age(oldest, now))


def record_sessions(recorder: Recorder, *, now: datetime) -> None:
    """Record callers whom no agent has, and sessions that only the record knows."""
    recorder.set(ROOMS_WITHOUT_AGENT, float(_without_agent(now)))
    recorder.set(SESSIONS_STUCK, float(_stuck(now)))


def record_beat(recorder: Recorder, *, now: datetime) -> None:
    """Record how long ago the freshest task of beat's ran: one pool without workers does not silence the others."""
    ages = [age for pool in POOLS if (age := pulse_age_seconds(pool.queue, now=now)) is not None]
    if ages:
        recorder.set(BEAT_AGE, max(0.0, min(ages)))


def _stuck(now: datetime) -> int:
    """Sessions that have been silent for as long as the clean-up begins to count at."""
    since = now - timedelta(seconds=SILENT_SECONDS)
    active = VoiceSession.objects.filter(state__in=(State.ACTIVE, State.RECONNECTING), active_at__lte=since)
    return _unheard(active, since=since)


def _without_agent(now: datetime) -> int:
    """Rooms that a caller is in, or was sent to long enough ago, without an agent's heartbeat."""
    sent_before = now - timedelta(seconds=AGENT_JOIN_SECONDS)
    waiting = VoiceSession.objects.filter(
        transport=Transport.LIVEKIT,
        state__in=(State.DISPATCHED, State.ACTIVE, State.RECONNECTING),
        dispatched_at__lte=sent_before,
        caller_joined_at__isnull=False,
    )
    return _unheard(waiting, since=now - timedelta(seconds=AGENT_LOST_SECONDS))


def _unheard(sessions: "QuerySet[VoiceSession]", *, since: datetime) -> int:
    ids = list(sessions.values_list("pk", flat=True)[:MOST_LOOKED_AT])
    heard = heartbeats_read(ids)
    return sum(1 for each in ids if each not in heard or heard[each].sent_at < since)


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
