"""What the control plane records of requests, sessions, jobs and beat: for Prometheus, and for CloudWatch."""

from functools import cache

from django.conf import settings

from contract.environment import CeleryEnv, ControlPlaneEnv
from contract.metrics import (
    API_LATENCY,
    API_REQUESTS,
    BEAT_SENT,
    JOB_DURATION,
    JOBS_FAILED,
    POOL,
    SESSION_COST,
    SESSION_DURATION,
    SESSIONS_ENDED,
)
from control_plane.voice_sessions.models import VoiceSession
from runtime.kit.metrics import Recorder


@cache
def recorder() -> Recorder:
    """The process's recorder; a worker of a pool publishes that pool's zeros too."""
    environment: ControlPlaneEnv = settings.ENVIRONMENT
    pools = (environment.celery_pool,) if isinstance(environment, CeleryEnv) else ()
    return Recorder(environment.environment, publisher=environment.service, dimensions={POOL: pools})


def request_recorded(method: str, *, route: str, status: int, seconds: float) -> None:
    """Count an answered request by its route, never by its path: that holds a session's id."""
    recorder().add(API_REQUESTS, method=method, route=route, status=str(status))
    recorder().observe(API_LATENCY, seconds, method=method, route=route)


def task_sent(task: str) -> None:
    """Count a task that beat sent."""
    recorder().add(BEAT_SENT, task=task)


def job_recorded(pool: str, *, job: str, seconds: float) -> None:
    """Count one attempt at a job."""
    recorder().observe(JOB_DURATION, seconds, pool=pool, stage=job)


def job_buried(pool: str, *, job: str) -> None:
    """Count a job that is given up, however its attempts ended."""
    recorder().add(JOBS_FAILED, pool=pool, stage=job)


def session_recorded(session: VoiceSession) -> None:
    """Count a completed session: why it ended, how long it was, what it cost."""
    provider, reason = session.simulation_service, session.reason
    recorder().add(SESSIONS_ENDED, completion_reason=reason)
    if session.active_at and session.ended_at:
        seconds = max(0.0, (session.ended_at - session.active_at).total_seconds())
        recorder().observe(SESSION_DURATION, seconds, provider=provider, completion_reason=reason)
    if session.cost_usd is not None:
        recorder().observe(SESSION_COST, float(session.cost_usd), provider=provider)
