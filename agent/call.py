"""One call, on any transport: from join to hang-up, and what follows.

Only a hang-up, which the record tells, or a guard ends a call. A caller who is gone may come back.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from livekit.agents import Agent, AgentSession
from livekit.agents.llm import ChatMessage
from livekit.agents.voice.events import (
    AgentStateChangedEvent,
    CloseEvent,
    ConversationItemAddedEvent,
    ErrorEvent,
    UserStateChangedEvent,
)
from livekit.agents.voice.recorder_io import RecorderIO

from agent.callbacks import ControlPlane
from agent.errors import CallbackRefused, ControlPlaneSilent, Fenced, RecordingNotUploaded
from agent.guards import Guards, Limits, has_stop_word
from agent.measurements import Measurements
from agent.pipelines import Pipeline
from agent.recording import Recordings
from agent.transcript import Transcript
from agent.transport import Transport
from contract.session import Heartbeat, Reason, SessionFinished, SessionMetadata, Speaker, State
from contract.timing import AGENT_HEARTBEAT_SECONDS

CLOSE_SECONDS = 4.0  # to stop speaking and close the providers' sockets; what hangs longer is cancelled
log = structlog.get_logger(__name__)


class Ending(NamedTuple):
    """Why a call ended; `detail` is for operators and never holds a caller's words."""

    reason: Reason
    detail: str
    at: datetime


class Call:
    """One call. `run` talks until it ends; `wrap_up` hands it over to what follows a call."""

    def __init__(
        self,
        metadata: SessionMetadata,
        *,
        pipeline: Pipeline,
        transport: Transport,
        control_plane: ControlPlane,
        recordings: Recordings,
        measurements: Measurements,
        join_seconds: float,
        wrap_up_seconds: float,
        folder: Path,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare it.

        Args:
            join_seconds: How long to wait for the caller.
            wrap_up_seconds: How long `wrap_up` may take; what is not done then is left to the record's own sweep.
            folder: Where the recording is written until it is uploaded.
        """
        self._metadata, self._pipeline, self._transport = metadata, pipeline, transport
        self._control_plane, self._recordings, self._measurements = control_plane, recordings, measurements
        self._clock, self._file, self._wrap_up_seconds = clock, folder / "audio.ogg", wrap_up_seconds
        self._session: AgentSession[None] = pipeline.open_session()
        self._transcript = Transcript(
            control_plane,
            attempt=metadata.attempt,
            before=metadata.turns_before,
            usage=lambda: pipeline.usage(self._session),
        )
        limits = Limits(
            join_seconds=join_seconds,
            rejoin_seconds=metadata.rejoin_window_seconds,
            idle_seconds=metadata.idle_seconds,
            max_seconds=metadata.max_call_seconds,
        )
        self._guards = Guards(limits, began=clock())
        self._ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._joined_at: datetime | None = None
        self._fenced = False
        self._presence_changed, self._wired = asyncio.Event(), asyncio.Event()
        self._recorder = RecorderIO(agent_session=self._session)
        self._tasks: list[asyncio.Task[None]] = []
        self._kept: set[asyncio.Task[None]] = set()

    def end(self, reason: Reason, detail: str = "") -> None:
        """End the call; the first reason stands."""
        if not self._ended.done():
            self._ended.set_result(Ending(reason, detail, datetime.now(UTC)))

    async def run(self) -> Ending:
        """Talk until the call ends, and stop talking; answer why."""
        self._listen()
        watches = (self._beat(), self._send_turns(), self._watch_transport())
        self._tasks = [asyncio.create_task(watch) for watch in watches]
        beginning = asyncio.create_task(self._begin())
        try:
            ending = await asyncio.shield(self._ended)
        finally:
            await _cancel([beginning, *self._tasks[:1]])
        log.info("call ended", reason=ending.reason, detail=ending.detail)
        if not self._fenced:
            self._keep(self._announce(ending))
        await _within(CLOSE_SECONDS, self._recorder.aclose())
        await _within(CLOSE_SECONDS, self._session.aclose())
        await _within(CLOSE_SECONDS, self._pipeline.aclose())
        return ending

    async def wrap_up(self) -> None:
        """Upload the recording, send what is left of the transcript, and finish: the step that follows every call."""
        ending = await self._ended
        if self._fenced:
            await _cancel(self._tasks)
            return
        deadline = self._clock() + self._wrap_up_seconds
        key = await self._upload(self._wrap_up_seconds / 2)
        await _within((deadline - self._clock()) / 2, self._transcript.sent())
        await _cancel(self._tasks)
        finished = SessionFinished(
            attempt=self._metadata.attempt,
            reason=ending.reason,
            detail=ending.detail,
            started_at=self._joined_at,
            ended_at=ending.at,
            last_turn=self._transcript.last_turn,
            recording_key=key,
            recording_started_at=self._recording_started_at(),
            usage=self._pipeline.usage(self._session),
        )
        try:
            await self._control_plane.finish(finished, patience_seconds=max(1.0, deadline - self._clock()))
        except (Fenced, CallbackRefused, ControlPlaneSilent) as failed:
            log.error("the session was not finished; the record's sweep will", error=str(failed))

    def _listen(self) -> None:
        self._session.on("conversation_item_added", self._on_item)
        self._session.on("agent_state_changed", self._on_agent_state)
        self._session.on("user_state_changed", self._on_user_state)
        self._session.on("error", self._on_error)
        self._session.on("close", self._on_close)
        self._transport.watch(self._on_presence)

    async def _begin(self) -> None:
        """Start and greet; whatever keeps the session from starting is the end of the call, not of the job."""
        try:
            await self._start()
            await self._greet()
        except Exception as failed:
            log.exception("the call could not begin")
            self.end(Reason.PROVIDER_FAILED, f"the session did not start: {type(failed).__name__}")

    async def _start(self) -> None:
        """The recorder sits between the transport and the session, so that both transports record alike."""
        session = self._session
        await self._transport.attach(session)
        assert session.input.audio is not None
        assert session.output.audio is not None
        session.input.audio = self._recorder.record_input(session.input.audio)
        session.output.audio = self._recorder.record_output(session.output.audio)
        self._wired.set()
        if self._transport.caller_present:
            self._on_presence(True)
        await session.start(Agent(instructions=self._metadata.prompt), record=False)

    async def _record(self) -> None:
        """The recording begins with the caller, or with the agent who was slower; the film shows the difference."""
        if self._metadata.record:
            await self._wired.wait()
            await self._recorder.start(output_path=self._file)

    async def _greet(self) -> None:
        """Whoever speaks before the caller listens is not heard."""
        await self._transport.heard()
        if self._metadata.greeting:
            self._session.say(self._metadata.greeting)
        else:
            self._session.generate_reply()

    def _recording_started_at(self) -> datetime | None:
        """Later than the caller's join where the agent came late: what is before it is not in the file."""
        began = self._recorder.recording_started_at
        return None if began is None else datetime.fromtimestamp(began, UTC)

    async def _upload(self, patience_seconds: float) -> str | None:
        if not self._metadata.record:
            return None
        try:
            return await self._recordings.upload(
                self._file, session_id=self._metadata.session_id, patience_seconds=patience_seconds
            )
        except RecordingNotUploaded:
            log.exception("the session is finished without its recording")
            return None

    async def _beat(self) -> None:
        """Every second: the guards, and a sign of life, whose answer tells of an end or a later attempt."""
        while True:
            if "speaking" in (self._session.user_state, self._session.agent_state):
                self._guards.heard(self._clock())
            reason = self._guards.verdict(self._clock())
            if reason is not None:
                return self.end(reason)
            if await self._is_over(self._heartbeat()):
                return None
            await _within(AGENT_HEARTBEAT_SECONDS, self._presence_changed.wait())
            self._presence_changed.clear()

    async def _announce(self, ending: Ending) -> None:
        """The caller is let go at once; uploading can take a while."""
        await self._control_plane.beat(self._heartbeat(ending))

    def _heartbeat(self, ending: Ending | None = None) -> Heartbeat:
        return Heartbeat(
            attempt=self._metadata.attempt,
            sent_at=datetime.now(UTC),
            caller_present=self._transport.caller_present and not self._transport.gone.is_set(),
            ending=ending.reason if ending else None,
            detail=ending.detail if ending else "",
        )

    async def _is_over(self, heartbeat: Heartbeat) -> bool:
        try:
            answer = await self._control_plane.beat(heartbeat)
        except ControlPlaneSilent as silent:
            log.warning("heartbeat not heard", error=str(silent))
            return False
        except Fenced:
            self._leave_to_later_attempt()
            return True
        except CallbackRefused as refused:
            self.end(Reason.FORCED, str(refused))
            return True
        if answer.state in (State.ENDED, State.COMPLETED):
            self.end(answer.reason or Reason.HANGUP)
            return True
        return False

    async def _send_turns(self) -> None:
        try:
            await self._transcript.send()
        except Fenced:
            self._leave_to_later_attempt()
        except CallbackRefused as refused:
            self.end(Reason.FORCED, str(refused))

    async def _watch_transport(self) -> None:
        """A room that is gone was deleted at a hang-up, which the record knows by then, or has failed."""
        await self._transport.gone.wait()
        if not await self._is_over(self._heartbeat()):
            self.end(Reason.MEDIA_UNAVAILABLE, "the room is gone and nobody hung up")

    def _leave_to_later_attempt(self) -> None:
        self._fenced = True
        self.end(Reason.AGENT_LOST, "a later attempt has this session")

    def _on_presence(self, present: bool) -> None:
        now = self._clock()
        self._presence_changed.set()
        if not present:
            self._guards.caller_left(now)
            return
        self._guards.caller_joined(now)
        self._measurements.caller_joined(now)
        if self._joined_at is None:
            self._joined_at = datetime.now(UTC)
            self._keep(self._record())

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        if not isinstance(event.item, ChatMessage):  # hand-offs between agents are items too
            return
        turn = self._transcript.commit(event.item)
        self._measurements.item(event.item)
        if turn is None:
            return
        self._keep(self._transport.show(turn))
        if turn.speaker is Speaker.CALLER and has_stop_word(turn.text, stop_words=self._metadata.stop_words):
            self.end(Reason.STOP_WORD)

    def _on_agent_state(self, event: AgentStateChangedEvent) -> None:
        now = self._clock()
        self._guards.heard(now)
        if event.new_state == "speaking":
            self._measurements.agent_heard(now)

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        if event.new_state != "away":
            self._guards.heard(self._clock())

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        """Hold a task until it is done; a failure is logged and does not end the call."""
        task = asyncio.create_task(work)
        self._kept.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._kept.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a task of the call failed", exc_info=task.exception())

    def _on_error(self, event: ErrorEvent) -> None:
        self._measurements.error(event)

    def _on_close(self, event: CloseEvent) -> None:
        """The session closes by itself only when a provider failed beyond what its retries mend."""
        if event.error is not None:
            self.end(Reason.PROVIDER_FAILED, self._measurements.describe(event.error))
        else:
            self.end(Reason.AGENT_FINISHED)


async def _within(seconds: float, work: Awaitable[Any]) -> None:
    """Not `wait_for`, which forgets a cancellation that comes with what it waits for: a call would not end."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await work


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
