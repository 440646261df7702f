"""Where the files of a voice session lie: one prefix a session, in the recordings bucket or the artefacts bucket."""

from typing import Final

AUDIO_KEY: Final = "sessions/{session_id}/audio.ogg"  # recordings: Opus, caller left, agent right; by agent or gateway
VIDEO_KEY: Final = "sessions/{session_id}/call.mp4"  # recordings: by the Celery pool `voice`
TRANSCRIPT_KEY: Final = "sessions/{session_id}/transcript.json"  # artefacts: by the Celery pool `data`
VIDEO_FRAMES_PER_SECOND: Final = 15
