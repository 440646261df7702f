"""An agent as the caller's page meets it in a real LiveKit room: it hums, and it listens."""

import asyncio
import math
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Final, NamedTuple, Self

from livekit import api, rtc

from contract.session import IDENTITY_AGENT, IDENTITY_CALLER
from contract.voice_socket import SAMPLE_RATE
from tests.platform.livekit import LiveKit

PIECE_SAMPLES: Final = SAMPLE_RATE // 100
HUM_HERTZ: Final = 330
PATIENCE_SECONDS: Final = 15.0


class Rooms(NamedTuple):
    """A server that people may be let into."""

    server: LiveKit

    @property
    def url(self) -> str:
        """Where it is."""
        return self.server.url

    async def open(self, room: str) -> None:
        """Make a room, the way the API does."""
        async with api.LiveKitAPI(self.url, self.server.api_key, self.server.api_secret) as client:
            await client.room.create_room(api.CreateRoomRequest(name=room))

    def token(self, room: str, *, identity: str) -> str:
        """Let somebody in, the way the API does."""
        grants = api.VideoGrants(room_join=True, room=room)
        minted = api.AccessToken(self.server.api_key, self.server.api_secret)
        return minted.with_identity(identity).with_grants(grants).to_jwt()


class RoomAgent:
    """One attempt's agent.

    Attributes:
        loudest: The largest sample of the caller's.
        arrivals: How often the caller came in.
    """

    def __init__(self) -> None:
        """Wait for a room."""
        self.room = rtc.Room()
        self.loudest = self.arrivals = 0
        self._source = rtc.AudioSource(SAMPLE_RATE, 1, queue_size_ms=200)
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()
        self.room.on("track_subscribed", self._hear)
        self.room.on("participant_connected", self._welcome)

    @classmethod
    @asynccontextmanager
    async def joined(cls, rooms: Rooms, room: str, *, number: int, hums: bool) -> AsyncIterator[Self]:
        """Be in a room; one that does not hum is silent."""
        agent = cls()
        await agent.room.connect(rooms.url, rooms.token(room, identity=f"{IDENTITY_AGENT}-AJ_{number}"))
        agent.arrivals = int(IDENTITY_CALLER in agent.room.remote_participants)
        track = rtc.LocalAudioTrack.create_audio_track("agent", agent._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await agent.room.local_participant.publish_track(track, options)
        if hums:
            agent._spawn(agent._hum())
        try:
            yield agent
        finally:
            for task in agent._tasks:
                task.cancel()
            await asyncio.gather(*agent._tasks, return_exceptions=True)
            await agent.room.disconnect()
            await agent._source.aclose()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is true of what it heard and saw."""
        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(true)

    def _welcome(self, participant: rtc.RemoteParticipant) -> None:
        self.arrivals += participant.identity == IDENTITY_CALLER
        self._spawn(self._notify())

    def _hear(
        self, track: rtc.Track, _publication: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant
    ) -> None:
        if participant.identity == IDENTITY_CALLER:
            self._spawn(self._listen(track))

    async def _listen(self, track: rtc.Track) -> None:
        stream = rtc.AudioStream(track, sample_rate=SAMPLE_RATE, num_channels=1)
        try:
            async for event in stream:
                samples = (abs(sample) for (sample,) in struct.iter_unpack("<h", bytes(event.frame.data.cast("B"))))
                self.loudest = max(self.loudest, *samples)
                await self._notify()
        finally:
            await stream.aclose()

    async def _hum(self) -> None:
        first = 0
        while True:
            samples = (math.sin(2 * math.pi * HUM_HERTZ * (first + at) / SAMPLE_RATE) for at in range(PIECE_SAMPLES))
            sound = struct.pack(f"<{PIECE_SAMPLES}h", *(round(8000 * sample) for sample in samples))
            await self._source.capture_frame(rtc.AudioFrame(sound, SAMPLE_RATE, 1, PIECE_SAMPLES))
            first += PIECE_SAMPLES

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
