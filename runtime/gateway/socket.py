"""One accepted WebSocket: what the ASGI server says, and one message after the other back."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qs

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SEND_SECONDS: Final = 5.0  # a caller who does not read for so long is gone
# uvicorn's ClientDisconnected is an OSError; after the other side's close it refuses to send with a RuntimeError.
GONE: Final = (OSError, TimeoutError, RuntimeError)


class SocketClosed(Exception):
    """The other side is gone, or does not read."""


class Socket:
    """A socket after its handshake. Several tasks may send."""

    def __init__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Wrap what the ASGI server gave."""
        self._scope, self._receive, self._send = scope, receive, send
        self._turn = asyncio.Lock()
        self._closed = False

    @property
    def ticket(self) -> str:
        """From the query; empty when there is none."""
        query = parse_qs(self._scope["query_string"].decode("latin-1"))
        return str(query.get("ticket", [""])[0])

    @property
    def origin(self) -> str | None:
        """What a browser says it is at; other clients say nothing."""
        headers = {name.lower(): value for name, value in self._scope["headers"]}
        origin = headers.get(b"origin")
        return None if origin is None else str(origin.decode("latin-1"))

    async def accept(self) -> None:
        """Finish the handshake; only then can a close carry a code.

        Raises:
            SocketClosed: The other side did not wait for it.
        """
        await self._receive()
        try:
            await self._send({"type": "websocket.accept"})
        except GONE as gone:
            self._closed = True
            raise SocketClosed from gone

    async def receive(self) -> str | bytes:
        """Wait for a message.

        Raises:
            SocketClosed: There will be none.
        """
        message = await self._receive()
        if message["type"] != "websocket.receive":
            self._closed = True
            raise SocketClosed
        sound = message.get("bytes")
        return str(message["text"]) if sound is None else bytes(sound)

    async def send(self, message: str | bytes) -> None:
        """Send a message.

        Raises:
            SocketClosed: The other side is gone, or does not read.
        """
        if self._closed:
            raise SocketClosed
        kind = "text" if isinstance(message, str) else "bytes"
        try:
            async with asyncio.timeout(SEND_SECONDS), self._turn:
                await self._send({"type": "websocket.send", kind: message})
        except GONE as gone:
            self._closed = True
            raise SocketClosed from gone

    async def close(self, code: int) -> None:
        """Say goodbye, if anybody is there."""
        if self._closed:
            return
        self._closed = True
        try:
            async with asyncio.timeout(SEND_SECONDS), self._turn:
                await self._send({"type": "websocket.close", "code": code})
        except GONE:
            return  # it was gone already
