"""The recording becomes a film, or stays what it is: only what was read back whole is uploaded."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings

from contract.environment import ControlPlaneEnv
from contract.storage import AUDIO_KEY, VIDEO_KEY
from control_plane.errors import JobFailed
from control_plane.voice_sessions.models import VoiceSession
from control_plane.voice_sessions.selectors import session_get
from control_plane.voice_sessions.services.film import Place, film_make
from control_plane.voice_sessions.storage import object_fetch, object_put

log = structlog.get_logger(__name__)


def video_assemble(session_id: str) -> Mapping[str, Any]:
    """Fetch a session's sound, make a film of the call's length, and put it beside.

    Raises:
        JobImpossible: The recording is missing or empty.
        JobFailed: S3, ffmpeg or the disk failed; nothing was uploaded.
    """
    environment: ControlPlaneEnv = settings.ENVIRONMENT
    key = VIDEO_KEY.format(session_id=session_id)
    try:
        with tempfile.TemporaryDirectory(prefix="voiceplane-film-") as folder:
            sound, film = Path(folder) / "audio.ogg", Path(folder) / "call.mp4"
            object_fetch(environment.recordings_bucket, AUDIO_KEY.format(session_id=session_id), target=sound)
            measured = film_make(sound, target=film, place=_place(session_get(session_id)))
            object_put(environment.recordings_bucket, key, body=film, kind="video/mp4")
    except OSError as failed:
        raise JobFailed(f"files: {failed.strerror}") from None
    log.info("film made", session_id=session_id, seconds=measured.seconds, frames=measured.frames)
    return {"video_key": key}


def _place(session: VoiceSession) -> Place | None:
    """The film begins with the caller, as the record does; None where nobody told when the sound begins."""
    begins, joined, ended = session.recording_started_at, session.active_at, session.ended_at
    if begins is None or joined is None or ended is None or begins >= ended:
        return None
    return Place(max(0.0, (begins - joined).total_seconds()), (ended - joined).total_seconds())
