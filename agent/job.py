"""LiveKit's side of a call: a job process is given a room, holds one call in it, and ends."""

import asyncio
import json
import os
from typing import Any, Final

import structlog
from livekit.agents import JobContext, JobProcess
from pydantic import ValidationError

from agent import pipelines
from agent.call import Call
from agent.callbacks import ControlPlane
from agent.errors import CallbackFailed, Fenced, MetadataUnreadable, PipelineUnavailable, RoomNotJoined, SessionOver
from agent.joining import join
from agent.opening import call_recorder, open_call, refuse
from agent.room import RoomTransport
from contract.environment import AgentEnv
from contract.session import Reason, SessionMetadata
from runtime.kit import logs
from runtime.kit.cloudwatch import Publisher
from runtime.kit.fleet import CallKind

_REASONS: Final[dict[type[Exception], Reason]] = {
    MetadataUnreadable: Reason.INVALID_METADATA,
    PipelineUnavailable: Reason.UNKNOWN_PIPELINE,
    RoomNotJoined: Reason.MEDIA_UNAVAILABLE,
    SessionOver: Reason.HANGUP,  # whoever ended it has said why, and that stands
    CallbackFailed: Reason.FORCED,
}
log = structlog.get_logger(__name__)


def prepare(process: JobProcess) -> None:
    """Make a job process ready before it has a job: what takes time is done while nobody waits."""
    environment = AgentEnv.read(os.environ)
    logs.configure(environment)
    recorder = call_recorder(environment)
    pipelines.preload(environment)
    process.userdata.update(
        environment=environment,
        recorder=recorder,
        publisher=Publisher(recorder, region=environment.aws_region, every_seconds=environment.publish_seconds),
    )


async def enter(ctx: JobContext) -> None:
    """Hold one call, from join to hang-up."""
    memory: dict[str, Any] = ctx.proc.userdata
    environment: AgentEnv = memory["environment"]
    memory["publisher"].start()
    try:
        session_id, token, attempt = _whom_to_tell(ctx.job.metadata)
    except MetadataUnreadable as unreadable:
        log.error("job refused", error=str(unreadable), room=ctx.job.room.name)
        ctx.shutdown(reason=Reason.INVALID_METADATA)
        return
    with structlog.contextvars.bound_contextvars(session_id=session_id, attempt=attempt):
        memory["control_plane"] = control_plane = ControlPlane(
            environment.callback_url, session_id=session_id, token=token
        )
        try:
            await _hold(ctx, read_metadata(ctx.job.metadata), control_plane)
        except Fenced:
            log.warning("a later attempt has this session")
        except tuple(_REASONS) as refused:
            await refuse(control_plane, attempt=attempt, reason=_reason(refused), detail=str(refused))
        ctx.shutdown(reason="call ended")


async def leave(ctx: JobContext) -> None:
    """What follows a call, in the time that livekit-agents gives it after the room is left."""
    memory: dict[str, Any] = ctx.proc.userdata
    call: Call | None = memory.get("call")
    control_plane: ControlPlane | None = memory.get("control_plane")
    try:
        if call is not None:
            await call.wrap_up()
    finally:
        if control_plane is not None:
            await control_plane.aclose()
        await asyncio.to_thread(memory["publisher"].stop)


def read_metadata(text: str) -> SessionMetadata:
    """Read a dispatch's metadata.

    Raises:
        MetadataUnreadable: Names the fields that are wrong, and quotes none of their values.
    """
    try:
        return SessionMetadata.model_validate_json(text)
    except ValidationError as invalid:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'metadata'}: {fault['msg']}" for fault in invalid.errors()
        )
        raise MetadataUnreadable(f"the dispatch's metadata is no SessionMetadata: {faults}") from None


def kind_of(text: str) -> CallKind | None:
    """Answer what a job's call is counted by; None when its metadata is unreadable, and the job about to be refused."""
    try:
        metadata = read_metadata(text)
    except MetadataUnreadable:
        return None
    return CallKind(metadata.simulation_service, metadata.language)


async def _hold(ctx: JobContext, metadata: SessionMetadata, control_plane: ControlPlane) -> None:
    memory: dict[str, Any] = ctx.proc.userdata
    await join(ctx, control_plane, attempt=metadata.attempt)
    transport = RoomTransport(ctx.room)
    memory["call"] = call = open_call(
        metadata,
        memory["environment"],
        transport=transport,
        control_plane=control_plane,
        recorder=memory["recorder"],
        folder=ctx.session_directory,
    )
    await call.run()
    await transport.aclose()


def _reason(refused: Exception) -> Reason:
    """A pipeline is unavailable for several reasons, each a class of its own below the one."""
    return next(reason for kind, reason in _REASONS.items() if isinstance(refused, kind))


def _whom_to_tell(text: str) -> tuple[str, str, int]:
    """Session, token and attempt, as far as broken metadata names them.

    Raises:
        MetadataUnreadable: It does not: nobody can be told.
    """
    try:
        told = json.loads(text)
        return str(told["session_id"]), str(told["callback_token"]), max(1, int(told.get("attempt", 1)))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise MetadataUnreadable("the dispatch's metadata names no session and no token: nobody can be told") from None
