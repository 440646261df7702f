"""`/events`: what happens in a session, to everybody who watches it. One subscription for the whole process."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from contract.live_state import EVENTS_PATTERN, STATE_KEY
from contract.session import SessionEvent
from contract.voice_socket import CLOSE_TOO_SLOW, MAX_EVENTS_WAITING
from runtime.gateway.socket import Socket, SocketClosed

RESUBSCRIBE_SECONDS: Final = 1.0
QUIET_SECONDS: Final = 5.0  # how long one read of the subscription waits
log = structlog.get_logger(__name__)


class Watcher:
    """One event socket and what it has yet to be sent."""

    def __init__(self, socket: Socket) -> None:
        """Start with nothing."""
        self.socket = socket
        self.waiting: asyncio.Queue[str] = asyncio.Queue(MAX_EVENTS_WAITING)
        self.too_slow = asyncio.Event()

    def offer(self, event: str) -> None:
        """Have it sent; a reader who falls too far behind is let go, so that others are not held up."""
        try:
            self.waiting.put_nowait(event)
        except asyncio.QueueFull:
            self.too_slow.set()


class Events:
    """Fans events out to this process's watchers."""

    def __init__(
        self, valkey: Redis, *, is_ours: Callable[[str], bool], on_event: Callable[[SessionEvent], None]
    ) -> None:
        """Prepare it; `is_ours` chooses the sessions that `on_event` is told of."""
        self._valkey, self._is_ours, self._on_event = valkey, is_ours, on_event
        self._watchers: dict[str, set[Watcher]] = defaultdict(set)

    async def serve(self, socket: Socket, *, session_id: str) -> None:
        """Send a session's events, the present state first, until the socket closes."""
        watcher = Watcher(socket)
        self._watchers[session_id].add(watcher)
        tasks = [
            asyncio.create_task(work) for work in (self._send(watcher), _until_closed(socket), _until_slow(watcher))
        ]
        try:
            state = await self._valkey.get(STATE_KEY.format(session_id=session_id))
            if state is not None:
                watcher.offer(str(state))
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._watchers[session_id].discard(watcher)
            if not self._watchers[session_id]:
                del self._watchers[session_id]

    async def close_all(self, code: int, *, pause: Callable[[], float]) -> None:
        """Close every socket, waiting before each, so that not all come back at once."""

        async def close(watcher: Watcher) -> None:
            await asyncio.sleep(pause())
            await watcher.socket.close(code)

        await asyncio.gather(*(close(watcher) for watchers in list(self._watchers.values()) for watcher in watchers))

    async def run(self) -> None:
        """Hold the subscription, and take it up again when Valkey was away."""
        while True:
            try:
                async with self._valkey.pubsub(ignore_subscribe_messages=True) as subscription:
                    await subscription.psubscribe(EVENTS_PATTERN)
                    while True:
                        message = await subscription.get_message(timeout=QUIET_SECONDS)
                        if message is not None:
                            self._spread(message["channel"].partition(":")[2], message["data"])
            except RedisError as away:
                log.warning("events are not heard; subscribing again", error=str(away))
                await asyncio.sleep(RESUBSCRIBE_SECONDS)

    def _spread(self, session_id: str, event: str) -> None:
        for watcher in self._watchers.get(session_id, ()):
            watcher.offer(event)
        if self._is_ours(session_id):
            self._on_event(SessionEvent.model_validate_json(event))

    async def _send(self, watcher: Watcher) -> None:
        while True:
            await watcher.socket.send(await watcher.waiting.get())


async def _until_closed(socket: Socket) -> None:
    """Whatever a watcher says is ignored; that it leaves is not."""
    try:
        while True:
            await socket.receive()
    except SocketClosed:
        return


async def _until_slow(watcher: Watcher) -> None:
    await watcher.too_slow.wait()
    await watcher.socket.close(CLOSE_TOO_SLOW)
