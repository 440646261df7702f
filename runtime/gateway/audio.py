"""A WebSocket's sound as livekit-agents' input and output: the pipelines do not know that there is no room."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from livekit import rtc
from livekit.agents.voice.io import AudioInput, AudioOutput, AudioOutputCapabilities

from contract.voice_socket import FRAME_SECONDS, SAMPLE_RATE

BYTES_PER_SECOND: Final = SAMPLE_RATE * 2
FRAME_BYTES: Final = int(BYTES_PER_SECOND * FRAME_SECONDS)
LEAD_SECONDS: Final = 0.1  # sent ahead of what the caller hears, against jitter; lost to an interruption
MOST_WAITING_SECONDS: Final = 5.0  # of a caller's sound; the oldest is dropped, as a jitter buffer would


class SocketInput(AudioInput):
    """What the caller says."""

    def __init__(self) -> None:
        """Wait for sound."""
        super().__init__(label="WebSocket")
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._news = asyncio.Event()

    def push(self, sound: bytes) -> None:
        """Take sound from the socket: whole 16-bit samples."""
        self._waiting.append(sound)
        self._bytes += len(sound)
        while self._bytes > MOST_WAITING_SECONDS * BYTES_PER_SECOND:
            self._bytes -= len(self._waiting.popleft())
        self._news.set()

    async def __anext__(self) -> rtc.AudioFrame:
        """Answer the next piece."""
        while not self._waiting:
            self._news.clear()
            await self._news.wait()
        sound = self._waiting.popleft()
        self._bytes -= len(sound)
        return rtc.AudioFrame(data=sound, sample_rate=SAMPLE_RATE, num_channels=1, samples_per_channel=len(sound) // 2)


class SocketOutput(AudioOutput):
    """What the agent says, sent at the pace at which it is heard, so that an interruption is known to the frame."""

    def __init__(self, *, send: Callable[[bytes], Awaitable[None]], clear: Callable[[], Awaitable[None]]) -> None:
        """Prepare it.

        Args:
            send: Sends one frame; does nothing while the caller is away.
            clear: Tells the caller that what was sent and not yet played is void.
        """
        super().__init__(label="WebSocket", capabilities=AudioOutputCapabilities(pause=True), sample_rate=SAMPLE_RATE)
        self._send, self._clear = send, clear
        self._buffer = bytearray()
        self._news, self._playing = asyncio.Event(), asyncio.Event()
        self._playing.set()
        self._complete = self._interrupted = False
        self._sent_seconds = 0.0
        self._started_at: float | None = None
        self._player = asyncio.create_task(self._play())

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        """Take a frame of the agent's; frames come faster than they are heard."""
        await super().capture_frame(frame)
        self._complete = False
        self._buffer += bytes(frame.data.cast("B"))
        self._news.set()

    def flush(self) -> None:
        """The segment is complete."""
        super().flush()
        self._complete = True
        self._news.set()

    def clear_buffer(self) -> None:
        """The caller interrupted: what is not heard yet never will be."""
        if not self._buffer and self._started_at is None:
            return
        self._buffer.clear()
        self._interrupted = True
        self._playing.set()
        self._news.set()

    def pause(self) -> None:
        """Say nothing for now; the lead is still heard."""
        super().pause()
        self._playing.clear()

    def resume(self) -> None:
        """Go on where it was paused."""
        super().resume()
        self._playing.set()

    async def aclose(self) -> None:
        """Stop sending."""
        self._player.cancel()
        await asyncio.gather(self._player, return_exceptions=True)

    async def _play(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await self._play_segment()

    async def _play_segment(self) -> None:
        """Send what there is; a segment whose rest is still being spoken goes on with the next news."""
        began, sent_before = time.monotonic(), self._sent_seconds
        while self._buffer and not self._interrupted:
            if not self._playing.is_set():
                await self._playing.wait()
                began, sent_before = time.monotonic(), self._sent_seconds
                continue
            if self._started_at is None:
                self._started_at = time.time()
                self.on_playback_started(created_at=self._started_at)
            frame = bytes(self._buffer[:FRAME_BYTES])
            del self._buffer[: len(frame)]
            await self._send(frame)
            self._sent_seconds += len(frame) / BYTES_PER_SECOND
            ahead = (self._sent_seconds - sent_before) - (time.monotonic() - began)
            if ahead > LEAD_SECONDS:
                await asyncio.sleep(ahead - LEAD_SECONDS)
        if self._interrupted:
            await self._clear()
            self._finish(max(0.0, self._sent_seconds - LEAD_SECONDS), interrupted=True)
        elif self._complete and self._sent_seconds:
            await asyncio.sleep(max(0.0, self._sent_seconds - sent_before - (time.monotonic() - began)))
            self._finish(self._sent_seconds, interrupted=self._interrupted)

    def _finish(self, position: float, *, interrupted: bool) -> None:
        self._sent_seconds, self._started_at = 0.0, None
        self._complete = self._interrupted = False
        self.on_playback_finished(playback_position=position, interrupted=interrupted)
