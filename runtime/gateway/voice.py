"""`/voice`: calls over WebSockets, with the same pipelines, guards and record as calls in a room."""

import asyncio
import tempfile
from pathlib import Path
from typing import NamedTuple

import structlog
from livekit.agents.utils import http_context
from pydantic import ValidationError

from agent.call import Call
from agent.callbacks import ControlPlane
from agent.errors import PipelineUnavailable
from agent.opening import open_call, refuse
from contract.environment import GatewayEnv
from contract.metrics import PROTECTION_REFUSED
from contract.session import Reason, SessionEvent, SessionMetadata, State
from contract.voice_socket import (
    CLOSE_BAD_MESSAGE,
    CLOSE_BAD_TICKET,
    CLOSE_BUSY,
    CLOSE_RESTART,
    MAX_FRAME_BYTES,
    ClientMessage,
)
from runtime.gateway.line import Line
from runtime.gateway.socket import Socket, SocketClosed
from runtime.gateway.tickets import Tickets
from runtime.kit.errors import ProtectionRefused
from runtime.kit.fleet import CallKind
from runtime.kit.metrics import Recorder
from runtime.kit.protection import Protection

log = structlog.get_logger(__name__)


class BadMessage(Exception):
    """A caller's side sent what the wire does not have; its socket is closed, its call waits for another."""


class _LiveCall(NamedTuple):
    line: Line
    call: Call
    kind: CallKind


class Calls:
    """The calls of this process, at most `voice_capacity`."""

    def __init__(
        self, environment: GatewayEnv, *, tickets: Tickets, protection: Protection, recorder: Recorder
    ) -> None:
        """Prepare it."""
        self._environment, self._tickets = environment, tickets
        self._protection, self._recorder = protection, recorder
        self._calls: dict[str, _LiveCall] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._door = asyncio.Lock()
        self.rejected = 0
        self.is_draining = False

    @property
    def active(self) -> int:
        """Calls that are on, or not yet handed over."""
        return len(self._tasks)

    @property
    def kinds(self) -> list[CallKind]:
        """Of each call that is on; safe from another thread."""
        return [live.kind for live in list(self._calls.values())]

    async def serve(self, socket: Socket) -> None:
        """Carry a call, or the rest of one, over an accepted socket."""
        refusal = await self._refusal(socket)
        if refusal is not None:
            await socket.close(refusal)
            return
        ticket = await self._tickets.take(socket.ticket, opens="voice")
        if ticket is None or ticket.metadata is None:
            await socket.close(CLOSE_BAD_TICKET)
            return
        with structlog.contextvars.bound_contextvars(session_id=ticket.session_id):
            live = self._calls.get(ticket.session_id) or await self._open(ticket.metadata)
            if live is None:
                self.rejected += 1
                await socket.close(CLOSE_BUSY)
                return
            await self._carry(socket, live)

    def has(self, session_id: str) -> bool:
        """Whether this process carries the session's call."""
        return session_id in self._calls

    def on_event(self, event: SessionEvent) -> None:
        """The record says that a session is over: whoever asked for it, its call here ends."""
        live = self._calls.get(event.session_id)
        if live is not None and event.state in (State.ENDED, State.COMPLETED):
            live.call.end(event.reason or Reason.HANGUP)

    def on_refused(self, refused: ProtectionRefused) -> None:
        """ECS refused to protect this task."""
        self._recorder.add(PROTECTION_REFUSED)
        log.error("calls could be cut: the task is not protected", error=str(refused))

    async def finish(self) -> None:
        """Wait until every call has ended by itself."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _refusal(self, socket: Socket) -> int | None:
        """A full or leaving process says so at once, and leaves the ticket to another one."""
        if self.active < self._environment.voice_capacity and not self.is_draining:
            return None
        ticket = await self._tickets.look(socket.ticket)
        if ticket is None or ticket.session_id in self._calls:
            return None
        self.rejected += 1
        return CLOSE_RESTART if self.is_draining else CLOSE_BUSY

    async def _open(self, metadata: SessionMetadata) -> _LiveCall | None:
        """Begin a call; None when there is no room for it, or the task could be stopped under it."""
        async with self._door:  # two sockets of one caller must find one call
            if metadata.session_id in self._calls:
                return self._calls[metadata.session_id]
            if self.active >= self._environment.voice_capacity:
                return None
            try:
                await asyncio.to_thread(self._protection.hold)
            except ProtectionRefused as refused:
                self.on_refused(refused)
                return None
            began: asyncio.Future[_LiveCall | None] = asyncio.get_running_loop().create_future()
            task = asyncio.create_task(self._hold(metadata, began))
            self._tasks.add(task)
            task.add_done_callback(self._done)
            return await began

    async def _hold(self, metadata: SessionMetadata, began: "asyncio.Future[_LiveCall | None]") -> None:
        """One call from its first socket to its finish, with connections to providers of its own."""
        environment = self._environment
        control_plane = ControlPlane(
            environment.callback_url, session_id=metadata.session_id, token=metadata.callback_token
        )
        with tempfile.TemporaryDirectory(prefix="call-") as folder:
            async with http_context.open():
                try:
                    await self._talk(metadata, control_plane, Path(folder), began)
                except PipelineUnavailable as unavailable:
                    await refuse(
                        control_plane,
                        attempt=metadata.attempt,
                        reason=Reason.UNKNOWN_PIPELINE,
                        detail=str(unavailable),
                    )
                finally:
                    if not began.done():
                        began.set_result(None)
                    await control_plane.aclose()

    async def _talk(
        self,
        metadata: SessionMetadata,
        control_plane: ControlPlane,
        folder: Path,
        began: "asyncio.Future[_LiveCall | None]",
    ) -> None:
        line = Line(metadata.session_id)
        call = open_call(
            metadata,
            self._environment,
            transport=line,
            control_plane=control_plane,
            recorder=self._recorder,
            folder=folder,
        )
        self._calls[metadata.session_id] = live = _LiveCall(
            line, call, CallKind(metadata.simulation_service, metadata.language)
        )
        began.set_result(live)
        try:
            ending = await call.run()
        finally:
            del self._calls[metadata.session_id]
        await line.hang_up(ending.reason)
        await call.wrap_up()

    async def _carry(self, socket: Socket, live: _LiveCall) -> None:
        """Take what comes over the socket until it closes."""
        await live.line.connect(socket)
        try:
            while True:
                self._take(await socket.receive(), live)
        except SocketClosed:
            return
        except BadMessage as bad:
            log.warning("socket closed", error=str(bad))
            await socket.close(CLOSE_BAD_MESSAGE)
        finally:
            live.line.disconnect(socket)

    def _take(self, message: str | bytes, live: _LiveCall) -> None:
        if isinstance(message, bytes):
            if len(message) % 2 or not 0 < len(message) <= MAX_FRAME_BYTES:
                raise BadMessage(f"{len(message)} bytes of sound; whole 16-bit samples, at most {MAX_FRAME_BYTES}")
            live.line.hear(message)
            return
        try:
            ClientMessage.model_validate_json(message)
        except ValidationError:
            raise BadMessage('a text message that is no ClientMessage; send {"type": "end"}') from None
        live.call.end(Reason.HANGUP)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a call failed", exc_info=task.exception())
