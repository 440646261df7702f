"""What one call is measured by: first audio, turns, and every provider's answers and failures."""

from collections.abc import Sequence
from typing import Any

from livekit.agents.llm import ChatMessage
from livekit.agents.voice.events import ErrorEvent

from agent.pipelines import kind_of_failure
from contract.metrics import (
    MEDIA_LATENCY,
    PROVIDER_ERRORS,
    PROVIDER_LATENCY,
    PROVIDER_REQUESTS,
    TIME_TO_FIRST_AUDIO,
    TURN_LATENCY,
)
from runtime.kit.metrics import Recorder

KINDS = {"stt_error": "stt", "llm_error": "llm", "tts_error": "tts", "realtime_model_error": "llm"}


class Measurements:
    """Records one call's numbers; livekit-agents measures them, the contract names them."""

    def __init__(self, recorder: Recorder, *, pipeline: str, providers: Sequence[str]) -> None:
        """Prepare it.

        Args:
            providers: Of speech → text, of the answer, of the voice: one name serves all, three serve one each.
        """
        self._recorder, self._pipeline = recorder, pipeline
        self._provider = {
            kind: providers[min(place, len(providers) - 1)] for place, kind in enumerate(("stt", "llm", "tts"))
        }
        self._joined: float | None = None
        self._heard = False

    def caller_joined(self, now: float) -> None:
        """The clock of the first audio starts with the first join."""
        self._joined = now if self._joined is None else self._joined

    def agent_heard(self, now: float) -> None:
        """The agent speaks; the first time is what callers wait for."""
        if self._joined is not None and not self._heard:
            self._heard = True
            self._recorder.observe(TIME_TO_FIRST_AUDIO, now - self._joined, provider=self._pipeline)

    def item(self, message: ChatMessage) -> None:
        """A committed message tells how long each step of it took."""
        took = message.metrics
        if message.role == "user":
            self._answered("stt", took.get("transcription_delay"))
        if message.role != "assistant":
            return
        self._answered("llm", took.get("llm_node_ttft"))
        self._answered("tts", took.get("tts_node_ttfb"))
        total = took.get("e2e_latency")
        if total is None:
            return
        self._recorder.observe(TURN_LATENCY, total, provider=self._pipeline)
        others = took.get("llm_node_ttft", 0.0) + took.get("tts_node_ttfb", 0.0)
        self._recorder.observe(MEDIA_LATENCY, max(0.0, total - others) * 1000, provider=self._pipeline)

    def error(self, event: ErrorEvent) -> None:
        """A request failed, whether or not it will be tried again."""
        kind = KINDS.get(getattr(event.error, "type", ""), "llm")
        provider = self._provider[kind]
        self._recorder.add(PROVIDER_REQUESTS, provider=provider)
        self._recorder.add(PROVIDER_ERRORS, provider=provider, error_type=_name(event.error))

    def describe(self, error: Any) -> str:
        """Answer which provider failed how, for the record: never what a caller or the provider said."""
        kind = KINDS.get(getattr(error, "type", ""), "llm")
        return f"{kind} by {self._provider[kind]}: {_name(error)}"

    def _answered(self, kind: str, seconds: float | None) -> None:
        if seconds is None:
            return
        provider = self._provider[kind]
        self._recorder.add(PROVIDER_REQUESTS, provider=provider)
        self._recorder.observe(PROVIDER_LATENCY, seconds, provider=provider, request_type=kind)


def _name(error: Any) -> str:
    """Livekit-agents wraps the exception."""
    cause = getattr(error, "error", error)
    return kind_of_failure(cause) if isinstance(cause, BaseException) else type(cause).__name__
