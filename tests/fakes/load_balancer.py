"""A TCP load balancer on loopback in front of LiveKit's nodes: the one stable address, which forgets dead targets.

It looks at a connection's first line, so that the sockets of participants go to the nodes in turn.
"""

import asyncio
from collections.abc import Sequence
from threading import Thread
from typing import Final, Self

FIRST_LINE_BYTES: Final = 4096
PARTICIPANT: Final = b"GET /rtc"
CHUNK: Final = 65536


class LoadBalancer:
    """Runs in a thread of its own.

    Attributes:
        participants: The target that each participant's socket was given to, in order.
    """

    def __init__(self, port: int, targets: Sequence[int]) -> None:
        """Balance between ports of loopback."""
        self.participants: list[int] = []
        self._port, self._targets = port, list(targets)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, daemon=True)
        self._turn = 0

    def __enter__(self) -> Self:
        """Listen."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *_error: object) -> None:
        """Cut everything."""
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)

    async def _cut(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(FIRST_LINE_BYTES)
        try:
            target, (back_reader, back_writer) = await self._connect(is_participant=first.startswith(PARTICIPANT))
        except OSError:
            writer.close()
            return
        if first.startswith(PARTICIPANT):
            self.participants.append(target)
        back_writer.write(first)
        try:
            await asyncio.gather(_pump(reader, back_writer), _pump(back_reader, writer))
        finally:
            writer.close()
            back_writer.close()

    async def _connect(self, *, is_participant: bool) -> tuple[int, tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """The next target that answers; a health check would have taken a dead one out."""
        if is_participant:
            self._turn += 1
        for step in range(len(self._targets)):
            target = self._targets[(self._turn + step) % len(self._targets)]
            try:
                return target, await asyncio.open_connection("127.0.0.1", target)
            except OSError:
                continue
        raise OSError("no target answers")


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One direction; when it ends, the other end is told."""
    try:
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass  # cut by either side: the end of a connection like any other
    finally:
        writer.close()
