"""A WebSocket, and the ones that follow it when the caller reconnects, as the transport of one call."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from livekit.agents import AgentSession
from livekit.agents.voice.transcription import TranscriptSynchronizer

from contract.session import Reason, TranscriptTurn
from contract.voice_socket import CLOSE_REPLACED, ServerMessage
from runtime.gateway.audio import SocketInput, SocketOutput
from runtime.gateway.socket import Socket, SocketClosed

NORMAL = 1000


class Line:
    """What a caller is connected by; at most one socket at a time.

    Attributes:
        gone: Never set: a line without a socket waits for the next one, and the guards end the call.
    """

    def __init__(self, session_id: str) -> None:
        """Wait for a socket."""
        self.gone = asyncio.Event()
        self._session_id = session_id
        self._socket: Socket | None = None
        self._connected = asyncio.Event()
        self._on_presence: Callable[[bool], None] | None = None
        self._input = SocketInput()
        self._output = SocketOutput(send=self._send, clear=self._say_clear)
        # An interrupted turn is written as far as it was heard, as RoomIO does it in a room.
        self._heard = TranscriptSynchronizer(next_in_chain_audio=self._output, next_in_chain_text=None)

    @property
    def caller_present(self) -> bool:
        """Whether a socket is open."""
        return self._socket is not None

    def watch(self, on_presence: Callable[[bool], None]) -> None:
        """Tell when the caller comes and goes."""
        self._on_presence = on_presence

    async def attach(self, session: "AgentSession[None]") -> None:
        """Become the session's input and output."""
        session.input.audio = self._input
        session.output.audio = self._heard.audio_output
        session.output.transcription = self._heard.text_output

    async def heard(self) -> None:
        """A caller with a socket hears."""
        await self._connected.wait()

    async def show(self, turn: TranscriptTurn) -> None:
        """Send the turn's text."""
        await self._send(ServerMessage(type="turn", turn=turn))

    async def connect(self, socket: Socket) -> None:
        """Carry the call over this socket from now on; an earlier one is closed."""
        earlier, self._socket = self._socket, socket
        if earlier is not None:
            await earlier.close(CLOSE_REPLACED)
        self._connected.set()
        await self._send(ServerMessage(type="ready", session_id=self._session_id))
        if self._socket is socket:  # meanwhile a third one may have come, and gone
            self._tell(present=True)

    def disconnect(self, socket: Socket) -> None:
        """The socket is gone; unless another one carries the call already, the caller is."""
        if self._socket is socket:
            self._socket = None
            self._tell(present=False)

    def hear(self, sound: bytes) -> None:
        """Take the caller's sound: whole samples."""
        self._input.push(sound)

    async def hang_up(self, reason: Reason) -> None:
        """Tell the caller that it is over, and why."""
        await self._heard.aclose()
        await self._output.aclose()
        await self._send(ServerMessage(type="ended", reason=reason))
        if self._socket is not None:
            await self._socket.close(NORMAL)

    def _tell(self, *, present: bool) -> None:
        if self._on_presence is not None:
            self._on_presence(present)

    async def _say_clear(self) -> None:
        await self._send(ServerMessage(type="clear"))

    async def _send(self, message: bytes | ServerMessage) -> None:
        """Nobody hears it while the caller is away; the reader of the socket notices when it is gone."""
        if self._socket is None:
            return
        text = message.model_dump_json(exclude_defaults=False) if isinstance(message, ServerMessage) else message
        with suppress(SocketClosed):
            await self._socket.send(text)
