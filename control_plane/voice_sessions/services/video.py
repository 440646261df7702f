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
from control_plane.voice_sessions.services.film import film_make
from control_plane.voice_sessions.storage import object_fetch, object_put

log = structlog.get_logger(__name__)


def video_assemble(session_id: str) -> Mapping[str, Any]:
    """Fetch a session's sound, make the film, and put it beside.

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
            measured = film_make(sound, target=film)
            object_put(environment.recordings_bucket, key, body=film, kind="video/mp4")
    except OSError as failed:
        raise JobFailed(f"files: {failed.strerror}") from None
    log.info("film made", session_id=session_id, seconds=measured.seconds, frames=measured.frames)
    return {"video_key": key}
