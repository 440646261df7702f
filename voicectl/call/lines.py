"""The two ways a call can be placed: as a LiveKit participant with real WebRTC, or over a WebSocket."""

import asyncio
import logging
import time
from typing import Any, Final, Protocol

import websockets
from livekit import rtc

from contract.voice_socket import FRAME_SECONDS, SAMPLE_RATE, ServerMessage
from voicectl.call.ears import Ears
from voicectl.call.errors import CallFailed

FRAME_BYTES: Final = int(SAMPLE_RATE * 2 * FRAME_SECONDS)
CONNECT_SECONDS: Final = 15.0


class Line(Protocol):
    """A way to speak and to listen.

    Attributes:
        ended: Set when the other side has ended the call.
    """

    ended: asyncio.Event

    async def connect(self, url: str, token: str) -> None:
        """Join, and stream silence from then on, as a microphone does."""

    async def say(self, sound: bytes) -> None:
        """Speak; returns when it is said."""

    async def close(self) -> None:
        """Leave."""


class Microphone:
    """Gives a frame every 20 ms: what is to be said, silence otherwise."""

    def __init__(self) -> None:
        """Silence."""
        self._said = bytearray()
        self._empty = asyncio.Event()
        self._empty.set()

    async def say(self, sound: bytes) -> None:
        """Have it said, and wait until it is."""
        self._said += sound
        self._empty.clear()
        await self._empty.wait()

    async def frames(self, give: Any) -> None:
        """Give frames at their pace until cancelled."""
        due = time.monotonic()
        while True:
            frame = bytes(self._said[:FRAME_BYTES])
            del self._said[: len(frame)]
            if not frame:
                self._empty.set()
            await give(frame.ljust(FRAME_BYTES, b"\0"))
            due += FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - time.monotonic()))


class RoomLine:
    """A participant in a LiveKit room."""

    def __init__(self, ears: Ears) -> None:
        """Not connected yet."""
        # The SDK calls it an error that the other side closes its channels, which every hang-up does; what is one
        # comes as CallFailed.
        logging.getLogger("livekit").setLevel(logging.CRITICAL)
        self.ended = asyncio.Event()
        self._ears, self._room, self._microphone = ears, rtc.Room(), Microphone()
        self._tasks: set[asyncio.Task[None]] = set()
        self._room.on("track_subscribed", self._on_track)
        self._room.on("disconnected", lambda _reason: self.ended.set())

    async def connect(self, url: str, token: str) -> None:
        """Join and publish the microphone."""
        try:
            await asyncio.wait_for(self._room.connect(url, token), CONNECT_SECONDS)
        except (rtc.ConnectError, TimeoutError) as refused:
            raise CallFailed(
                f"the room could not be joined: {refused or 'no answer'}; look at `voicectl status`"
            ) from None
        source = rtc.AudioSource(SAMPLE_RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await self._room.local_participant.publish_track(track, options)

        async def give(frame: bytes) -> None:
            await source.capture_frame(rtc.AudioFrame(frame, SAMPLE_RATE, 1, len(frame) // 2))

        self._keep(self._microphone.frames(give))

    async def say(self, sound: bytes) -> None:
        """Speak."""
        await self._microphone.say(sound)

    async def close(self) -> None:
        """Leave the room."""
        await _cancel(self._tasks)
        await self._room.disconnect()

    def _on_track(self, track: rtc.Track, *_: object) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            self._keep(self._listen(rtc.AudioStream(track, sample_rate=SAMPLE_RATE, num_channels=1)))

    async def _listen(self, stream: rtc.AudioStream) -> None:
        try:
            async for event in stream:
                self._ears.hear(bytes(event.frame.data.cast("B")))
        finally:
            await stream.aclose()

    def _keep(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class SocketLine:
    """A WebSocket on `/voice`."""

    def __init__(self, ears: Ears) -> None:
        """Not connected yet."""
        self.ended = asyncio.Event()
        self._ears, self._microphone = ears, Microphone()
        self._tasks: set[asyncio.Task[None]] = set()
        self._socket: websockets.ClientConnection | None = None

    async def connect(self, url: str, token: str) -> None:
        """Open the socket with its ticket."""
        try:
            self._socket = await websockets.connect(f"{url}?ticket={token}", open_timeout=CONNECT_SECONDS)
        except (OSError, TimeoutError, websockets.WebSocketException) as refused:
            raise CallFailed(f"{url} could not be opened: {refused}; look at `voicectl status`") from None
        ready = asyncio.Event()
        self._tasks = {
            asyncio.create_task(self._listen(self._socket, ready)),
            asyncio.create_task(self._microphone.frames(self._send)),
        }
        waiting = {asyncio.create_task(ready.wait()), asyncio.create_task(self.ended.wait())}
        await asyncio.wait(waiting, timeout=CONNECT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        await _cancel(waiting)
        if not ready.is_set():
            raise CallFailed(f"the gateway closed the call at once: {self._why()}")

    async def say(self, sound: bytes) -> None:
        """Speak."""
        await self._microphone.say(sound)

    async def close(self) -> None:
        """Leave."""
        await _cancel(self._tasks)
        if self._socket is not None:
            await self._socket.close()

    async def _send(self, frame: bytes) -> None:
        assert self._socket is not None
        try:
            await self._socket.send(frame)
        except websockets.ConnectionClosed:
            self.ended.set()

    async def _listen(self, socket: websockets.ClientConnection, ready: asyncio.Event) -> None:
        async for message in socket:
            if isinstance(message, bytes):
                self._ears.hear(message)
                continue
            told = ServerMessage.model_validate_json(message)
            if told.type == "ready":
                ready.set()
        self.ended.set()

    def _why(self) -> str:
        return f"close code {self._socket.close_code}" if self._socket is not None else "no connection"


async def _cancel(tasks: set[asyncio.Task[Any]]) -> None:
    for task in list(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
