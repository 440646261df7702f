"""The jobs that follow a call: which pool does each, and what is done. A new job is one line in `JOBS`."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from contract.pools import DATA, NOTIFICATIONS, VOICE, Pool
from control_plane.voice_sessions.services.hand_over import room_close, session_hand_over
from control_plane.voice_sessions.services.transcript import transcript_finalise
from control_plane.voice_sessions.services.video import video_assemble

VIDEO: Final = "video-assemble"
TRANSCRIPT: Final = "transcript-finalise"
HAND_OVER: Final = "session-completed"
ROOM_CLOSE: Final = "room-close"


class Job(NamedTuple):
    """One kind of job.

    Attributes:
        pool: Whose workers do it.
        run: Given the session's id, answers the session's fields that it found out; safe to run twice.
    """

    pool: Pool
    run: Callable[[str], Mapping[str, Any]]


JOBS: Final[Mapping[str, Job]] = {
    VIDEO: Job(VOICE, video_assemble),
    TRANSCRIPT: Job(DATA, transcript_finalise),
    HAND_OVER: Job(NOTIFICATIONS, session_hand_over),
    ROOM_CLOSE: Job(NOTIFICATIONS, room_close),
}
