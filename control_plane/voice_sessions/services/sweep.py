"""The clean-up: whatever was lost, no session stays open for ever and none stays unfinished."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db.models import Q
from redis.exceptions import RedisError

from contract.environment import ControlPlaneEnv
from contract.session import Heartbeat, Reason, State
from contract.storage import AUDIO_KEY
from contract.timing import ROOM_MARGIN_SECONDS
from control_plane.voice_sessions.live_state import heartbeats_read
from control_plane.voice_sessions.models import UNENDED, Transport, VoiceSession
from control_plane.voice_sessions.services.ending import voice_session_abandon, voice_session_end
from control_plane.voice_sessions.storage import object_exists

SILENT_SECONDS: Final = 30  # without a heartbeat; far more than a failover of Valkey takes
BATCH: Final = 500
log = structlog.get_logger(__name__)


def sessions_sweep(*, now: datetime) -> int:
    """End what is stuck and finish what nobody finishes; answer how many sessions that were."""
    forced = _end_all(_older_than(UNENDED, _timing().zombie_seconds, now=now), Reason.FORCED, now=now)
    return forced + _unjoined_end(now=now) + _silent_end(now=now) + _unfinished_finish(now=now)


def _unjoined_end(*, now: datetime) -> int:
    """Nobody joined: there was no agent, or no caller; or the API died before it asked for either.

    Over a WebSocket the agent comes with the caller: where neither did, it was the caller who was missing.
    """
    seconds = _timing().join_window_seconds + ROOM_MARGIN_SECONDS
    waiting = _older_than((State.REQUESTED, State.DISPATCHED), seconds, now=now)
    heard = _heartbeats(waiting)
    if heard is None:
        return 0
    uncalled = [each for each in waiting if each.pk in heard or _needs_only_a_caller(each)]
    unanswered = [each for each in waiting if each not in uncalled]
    return _end_all(uncalled, Reason.NO_SHOW, now=now) + _end_all(unanswered, Reason.NO_AGENT, now=now)


def _needs_only_a_caller(session: VoiceSession) -> bool:
    return session.transport == Transport.WEBSOCKET and session.state == State.DISPATCHED


def _silent_end(*, now: datetime) -> int:
    """The agent says nothing for as long as LiveKit would keep the room; one missed look is no proof."""
    running = list(
        VoiceSession.objects.filter(state__in=(State.ACTIVE, State.RECONNECTING)).order_by("created_at")[:BATCH]
    )
    heard = _heartbeats(running)
    if heard is None:
        return 0
    recently = now - timedelta(seconds=SILENT_SECONDS)
    silent = [each for each in running if each.pk not in heard or heard[each.pk].sent_at < recently]
    VoiceSession.objects.filter(
        pk__in=[each.pk for each in running if each not in silent], silent_since__isnull=False
    ).update(silent_since=None)
    VoiceSession.objects.filter(pk__in=[each.pk for each in silent], silent_since=None).update(silent_since=now)
    limit = now - timedelta(seconds=_timing().room_departure_timeout_seconds)
    return _end_all(
        [each for each in silent if each.silent_since and each.silent_since <= limit], Reason.STUCK, now=now
    )


def _unfinished_finish(*, now: datetime) -> int:
    limit = now - timedelta(seconds=_timing().post_call_seconds)
    unfinished = VoiceSession.objects.filter(state=State.ENDED, finished_at=None, ended_at__lte=limit)
    sessions = list(unfinished.order_by("ended_at")[:BATCH])
    for session in sessions:
        key = AUDIO_KEY.format(session_id=session.pk)
        recording = key if object_exists(_timing().recordings_bucket, key) else ""
        voice_session_abandon(session.pk, recording=recording, now=now)
        log.warning("session finished without its agent", session_id=session.pk, has_recording=bool(recording))
    return len(sessions)


def _older_than(states: tuple[State, ...], seconds: int, *, now: datetime) -> list[VoiceSession]:
    old = Q(state__in=states, created_at__lte=now - timedelta(seconds=seconds))
    return list(VoiceSession.objects.filter(old).order_by("created_at")[:BATCH])


def _end_all(sessions: list[VoiceSession], reason: Reason, *, now: datetime) -> int:
    for session in sessions:
        voice_session_end(session.pk, reason=reason, now=now, only_from=State(session.state))
        log.warning("session ended by the clean-up", session_id=session.pk, reason=reason.value)
    return len(sessions)


def _heartbeats(sessions: list[VoiceSession]) -> Mapping[str, Heartbeat] | None:
    """None where Valkey does not answer: then nobody is known to be silent."""
    try:
        return heartbeats_read(each.pk for each in sessions)
    except RedisError as failed:
        log.warning("heartbeats cannot be read; nothing is ended for silence", error=repr(failed))
        return None


def _timing() -> ControlPlaneEnv:
    environment: ControlPlaneEnv = settings.ENVIRONMENT
    return environment
