"""The record as the API tells it."""

from collections.abc import Iterable

from django.conf import settings

from contract.environment import ControlPlaneEnv
from contract.session import CallbackAnswer, Reason, Speaker, State, TranscriptTurn
from control_plane.voice_sessions.api.payloads import (
    JobSummary,
    SessionCost,
    SessionDetail,
    SessionObject,
    SessionOpened,
    SessionSummary,
    UsageTotal,
)
from control_plane.voice_sessions.models import OutboxRow, Transport, VoiceSession
from control_plane.voice_sessions.pricing import Usage, cost_of, plain
from control_plane.voice_sessions.selectors import cost_record
from control_plane.voice_sessions.services.opening import Opened
from control_plane.voice_sessions.storage import object_address


def opened_answer(opened: Opened) -> SessionOpened:
    """How the caller gets in."""
    session = opened.session
    return SessionOpened(
        id=session.pk,
        state=State(session.state),
        transport=Transport(session.transport),
        url=opened.url,
        token=opened.token,
        identity=session.identity,
        expires_at=opened.expires_at,
    )


def callback_answer(session: VoiceSession) -> CallbackAnswer:
    """Where the record is."""
    return CallbackAnswer(
        state=State(session.state),
        reason=Reason(session.reason) if session.reason else None,
        attempt=session.attempt,
    )


def summary_answer(session: VoiceSession) -> SessionSummary:
    """One line of the list."""
    return SessionSummary(
        id=session.pk,
        state=State(session.state),
        reason=Reason(session.reason) if session.reason else None,
        detail=session.detail,
        transport=Transport(session.transport),
        simulation_service=session.simulation_service,
        language=session.language,
        attempt=session.attempt,
        created_at=session.created_at,
        active_at=session.active_at,
        ended_at=session.ended_at,
        completed_at=session.completed_at,
        cost_usd=None if session.cost_usd is None else plain(session.cost_usd),
    )


def detail_answer(session: VoiceSession, *, usage: Iterable[Usage], jobs: Iterable[OutboxRow]) -> SessionDetail:
    """Everything; a session that is not priced yet shows its cost so far."""
    used = list(usage)
    return SessionDetail(
        **dict(summary_answer(session)),
        caller_present=session.caller_present,
        turns=tuple(_turns(session)),
        usage=tuple(UsageTotal(**{**each._asdict(), "quantity": plain(each.quantity)}) for each in used),
        cost=SessionCost.model_validate(session.cost or cost_record(cost_of(used))),
        objects=tuple(_objects(session)),
        jobs=tuple(JobSummary(job=job.job, state=job.state, attempts=job.attempts, error=job.error) for job in jobs),
    )


def _turns(session: VoiceSession) -> Iterable[TranscriptTurn]:
    for turn in session.turns.all():
        yield TranscriptTurn(
            number=turn.number,
            speaker=Speaker(turn.speaker),
            text=turn.text,
            started_at=turn.started_at,
            ended_at=turn.ended_at,
            interrupted=turn.interrupted,
            latency_ms=turn.latency_ms,
        )


def _objects(session: VoiceSession) -> Iterable[SessionObject]:
    environment: ControlPlaneEnv = settings.ENVIRONMENT
    recordings, artefacts = environment.recordings_bucket, environment.artefacts_bucket
    if session.recording_key:
        key = session.recording_key
        yield SessionObject(kind="audio", key=key, url=object_address(recordings, key))
    if session.video_key:
        key = session.video_key
        yield SessionObject(kind="video", key=key, url=object_address(recordings, key))
    if session.transcript_key:
        key = session.transcript_key
        yield SessionObject(kind="transcript", key=key, url=object_address(artefacts, key))
