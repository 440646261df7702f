"""`/voice`: calls over WebSockets, with the same pipelines, guards and record as calls in a room."""

import asyncio
import tempfile
from collections import Counter
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
    CLOSE_UNSERVED,
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
        self._tasks: dict[asyncio.Task[None], str] = {}
        self._coming: Counter[str] = Counter()
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
        shown = await self._tickets.look(socket.ticket)
        if shown is None or shown.opens != "voice":
            await self._tickets.take(socket.ticket, opens="voice")  # for something else: used up by the attempt
            await socket.close(CLOSE_BAD_TICKET)
            return
        session_id = shown.session_id
        with structlog.contextvars.bound_contextvars(session_id=session_id):
            if not self._has_place(session_id):
                await self._reject(socket)
                return
            self._coming[session_id] += 1  # nothing was awaited since: of a burst only as many as there are places
            try:
                live = await self._admit(socket, session_id)
            finally:
                self._coming[session_id] -= 1
                self._coming += Counter()  # keeps what is above zero
            if live is not None:
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

    def _has_place(self, session_id: str) -> bool:
        """Whether a session's socket may come in: its call is here, or there is a place for one."""
        if session_id in self._calls:
            return True
        taken = {*self._coming, *self._tasks.values()}
        return not self.is_draining and (session_id in self._coming or len(taken) < self._environment.voice_capacity)

    async def _reject(self, socket: Socket) -> None:
        """A full or leaving process says so at once, and leaves the ticket to another one."""
        self.rejected += 1
        await socket.close(CLOSE_RESTART if self.is_draining else CLOSE_BUSY)

    async def _admit(self, socket: Socket, session_id: str) -> _LiveCall | None:
        """Take the ticket and answer its call; None when the socket was closed instead."""
        async with self._door:  # two sockets of one caller must find one call
            if session_id not in self._calls:
                try:
                    await asyncio.to_thread(self._protection.hold)
                except ProtectionRefused as refused:  # the task could be stopped under the call
                    self.on_refused(refused)
                    await self._reject(socket)
                    return None
            ticket = await self._tickets.take(socket.ticket, opens="voice")
            if ticket is None or ticket.metadata is None:
                await socket.close(CLOSE_BAD_TICKET)
                return None
            found = self._calls.get(session_id) or await self._open(ticket.metadata)
        if isinstance(found, _LiveCall):
            return found
        await socket.close(found)
        return None

    async def _open(self, metadata: SessionMetadata) -> _LiveCall | int:
        """Begin a call; a close code when it could not be put together."""
        began: asyncio.Future[_LiveCall | int] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._hold(metadata, began))
        self._tasks[task] = metadata.session_id
        task.add_done_callback(self._done)
        return await began

    async def _hold(self, metadata: SessionMetadata, began: "asyncio.Future[_LiveCall | int]") -> None:
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
                    began.set_result(CLOSE_UNSERVED)
                finally:
                    if not began.done():
                        began.set_result(CLOSE_RESTART)
                    await control_plane.aclose()

    async def _talk(
        self,
        metadata: SessionMetadata,
        control_plane: ControlPlane,
        folder: Path,
        began: "asyncio.Future[_LiveCall | int]",
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
        try:
            await live.line.connect(socket)
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
        del self._tasks[task]
        if not task.cancelled() and task.exception() is not None:
            log.error("a call failed", exc_info=task.exception())
