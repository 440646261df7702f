"""A recognition that is connected and hears nothing: no request fails, so the session's own clock must tell."""

import time
from typing import Any

from livekit.agents import AgentSession, APITimeoutError, stt
from livekit.agents.voice.events import UserInputTranscribedEvent, UserTranscriptionTimeoutEvent

from contract.timing import PROVIDER_DEAF_SECONDS, PROVIDER_DEAF_SPEECH_SECONDS


class Deafness:
    """Adds up speech that had no words, and tells the session that its recognition failed when it is too much."""

    def __init__(self, recognition: stt.STT[Any]) -> None:
        """Begin with all heard."""
        self._recognition = recognition
        self._unheard_seconds = 0.0

    def watch(self, session: "AgentSession[None]") -> None:
        """Listen to a session that was not started yet."""
        session.on("user_input_transcribed", self._heard)
        session.on("user_transcription_timeout", self._unheard)

    def _heard(self, _: UserInputTranscribedEvent) -> None:
        self._unheard_seconds = 0.0

    def _unheard(self, event: UserTranscriptionTimeoutEvent) -> None:
        self._unheard_seconds += event.speech_duration
        if self._unheard_seconds >= PROVIDER_DEAF_SPEECH_SECONDS:
            self._recognition.emit("error", self._error())

    def _error(self) -> stt.STTError:
        return stt.STTError(
            timestamp=time.time(),
            label=self._recognition.label,
            error=APITimeoutError(
                f"no words for {self._unheard_seconds:.1f} s of speech, {PROVIDER_DEAF_SECONDS} s after it"
            ),
            recoverable=False,
        )
