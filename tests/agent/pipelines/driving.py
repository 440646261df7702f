"""A caller without a room: a microphone that plays what it is given, a loudspeaker that keeps what it hears."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from livekit import rtc
from livekit.agents import Agent, AgentSession
from livekit.agents.llm import ChatMessage
from livekit.agents.utils import http_context
from livekit.agents.voice.events import CloseEvent, ConversationItemAddedEvent, ErrorEvent
from livekit.agents.voice.io import AudioInput, AudioOutput, AudioOutputCapabilities

from agent.pipelines import Pipeline, build
from contract.environment import ProviderEnv
from contract.session import SessionMetadata

RATE = 24000
FRAME = RATE // 50  # samples in 20 ms
TOKEN = "x" * 16


class Microphone(AudioInput):
    """Sends a frame every 20 ms as long as it is open: what is spoken into it, else silence."""

    def __init__(self) -> None:
        """Begin in silence."""
        super().__init__(label="microphone")
        self._waiting = b""
        self._due = 0.0

    def speak(self, pcm: bytes) -> None:
        """Say something after what is being said."""
        self._waiting += pcm

    async def __anext__(self) -> rtc.AudioFrame:
        """Answer the frame that is due."""
        self._due = max(self._due + FRAME / RATE, time.monotonic() - 0.1)
        await asyncio.sleep(max(0.0, self._due - time.monotonic()))
        frame, self._waiting = self._waiting[: FRAME * 2], self._waiting[FRAME * 2 :]
        return rtc.AudioFrame(frame.ljust(FRAME * 2, b"\0"), RATE, 1, FRAME)


class Loudspeaker(AudioOutput):
    """Plays everything at once."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        super().__init__(label="loudspeaker", capabilities=AudioOutputCapabilities(pause=False), sample_rate=RATE)
        self.heard = b""
        self._seconds = 0.0

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        """Hear a frame."""
        await super().capture_frame(frame)
        if not self._seconds:
            self.on_playback_started(created_at=time.time())
        self._seconds += frame.duration
        self.heard += frame.data.tobytes()

    def flush(self) -> None:
        """The segment was heard to its end."""
        super().flush()
        if self._seconds:
            seconds, self._seconds = self._seconds, 0.0
            self.on_playback_finished(playback_position=seconds, interrupted=False)

    def clear_buffer(self) -> None:
        """Nothing waits here."""


class Conversation:
    """A session that is on, and what happened in it."""

    def __init__(self, pipeline: Pipeline) -> None:
        """Attach a microphone and a loudspeaker."""
        self.pipeline = pipeline
        self.microphone, self.loudspeaker = Microphone(), Loudspeaker()
        self.turns: list[tuple[str, str]] = []
        self.errors: list[ErrorEvent] = []
        self.closed: CloseEvent | None = None
        self._news = asyncio.Event()
        self.session: AgentSession[None] = pipeline.open_session()
        self.session.input.audio, self.session.output.audio = self.microphone, self.loudspeaker
        self.session.on("conversation_item_added", self._on_item)
        self.session.on("error", self._on_error)
        self.session.on("close", self._on_close)

    async def until(self, done: Callable[["Conversation"], bool], *, seconds: float) -> None:
        """Wait for something to have happened."""
        async with asyncio.timeout(seconds):
            while not done(self):
                self._news.clear()
                await self._news.wait()

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        if isinstance(event.item, ChatMessage):
            self.turns.append((event.item.role, event.item.text_content or ""))
            self._news.set()

    def _on_error(self, event: ErrorEvent) -> None:
        self.errors.append(event)
        self._news.set()

    def _on_close(self, event: CloseEvent) -> None:
        self.closed = event
        self._news.set()


@asynccontextmanager
async def conversation(metadata: SessionMetadata, environment: ProviderEnv) -> AsyncIterator[Conversation]:
    """Hold a call as a process with many of them does: with HTTP connections of its own."""
    async with http_context.open():
        held = Conversation(build(metadata, environment))
        await held.session.start(Agent(instructions=metadata.prompt), record=False)
        try:
            yield held
        finally:
            await held.session.aclose()
            await held.pipeline.aclose()


def session_metadata(pipeline: str, *, prompt: str = "", language: str = "en") -> SessionMetadata:
    """What the control plane sends with a dispatch."""
    return SessionMetadata(
        session_id="vs_1", simulation_service=pipeline, prompt=prompt, language=language, callback_token=TOKEN
    )
