"""A LiveKit room as the transport of a call."""

import asyncio
from collections.abc import Callable

import structlog
from livekit import rtc
from livekit.agents import AgentSession
from livekit.agents.voice.room_io import RoomIO, RoomOptions

from contract.session import IDENTITY_CALLER, TranscriptTurn

log = structlog.get_logger(__name__)


class RoomTransport:
    """One room that this job is connected to; the caller is the participant of the fixed identity.

    Attributes:
        gone: Set when the room was deleted, or the connection to it is lost for good.
    """

    def __init__(self, room: rtc.Room) -> None:
        """Watch a connected room."""
        self.gone = asyncio.Event()
        self._room = room
        self._io: RoomIO | None = None
        self._on_presence: Callable[[bool], None] | None = None
        room.on("participant_connected", self._connected)
        room.on("participant_disconnected", self._disconnected)
        room.on("disconnected", self._lost)
        if not room.isconnected():
            self.gone.set()

    @property
    def caller_present(self) -> bool:
        """Whether the caller is in the room."""
        return IDENTITY_CALLER in self._room.remote_participants

    def watch(self, on_presence: Callable[[bool], None]) -> None:
        """Tell when the caller comes and goes."""
        self._on_presence = on_presence

    async def attach(self, session: "AgentSession[None]") -> None:
        """Hear the caller and speak in the room; a caller who leaves does not close the session."""
        options = RoomOptions(participant_identity=IDENTITY_CALLER, close_on_disconnect=False, text_input=False)
        self._io = RoomIO(room=self._room, agent_session=session, options=options)
        await self._io.start()

    async def heard(self) -> None:
        """Wait for the caller's subscription: an agent that speaks at once is missed (facts: livekit §9, Ghosts)."""
        assert self._io is not None
        await self._io.wait_for_ready()
        if self._io.subscribed_fut is not None:
            await self._io.subscribed_fut

    async def show(self, turn: TranscriptTurn) -> None:
        """RoomIO forwards transcriptions by itself, on LiveKit's own text stream."""

    async def aclose(self) -> None:
        """Stop listening to the room."""
        if self._io is not None:
            await self._io.aclose()

    def _connected(self, participant: rtc.RemoteParticipant) -> None:
        self._tell(participant, present=True)

    def _disconnected(self, participant: rtc.RemoteParticipant) -> None:
        self._tell(participant, present=False)

    def _tell(self, participant: rtc.RemoteParticipant, *, present: bool) -> None:
        if participant.identity == IDENTITY_CALLER and self._on_presence is not None:
            self._on_presence(present)

    def _lost(self, reason: rtc.DisconnectReason.ValueType) -> None:
        log.info("room left", reason=rtc.DisconnectReason.Name(reason))
        self.gone.set()
