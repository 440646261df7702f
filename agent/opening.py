"""How a call is put together, the same for a job in a room and for a WebSocket."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from agent import pipelines
from agent.call import Call
from agent.callbacks import ControlPlane
from agent.errors import CallbackFailed
from agent.measurements import Measurements
from agent.recording import Recordings
from agent.transport import Transport
from contract.environment import AgentEnv, GatewayEnv
from contract.pipelines import PIPELINES
from contract.services import AGENT
from contract.session import Reason, SessionFinished, SessionMetadata
from runtime.kit.metrics import Recorder

REFUSAL_SECONDS: Final = 10.0  # to tell the control plane why no call came about
MOST_DETAIL: Final = 2048
WRAP_UP_SHARE: Final = 0.9  # of POST_CALL_SECONDS; the rest is for leaving
log = structlog.get_logger(__name__)


def open_call(
    metadata: SessionMetadata,
    environment: AgentEnv | GatewayEnv,
    *,
    transport: Transport,
    control_plane: ControlPlane,
    recorder: Recorder,
    folder: Path,
) -> Call:
    """Put a call together; it begins with `run`.

    Raises:
        PipelineUnavailable: The session's pipeline is unknown, or not enabled here.
    """
    pipeline = pipelines.build(metadata, environment)
    return Call(
        metadata,
        pipeline=pipeline,
        transport=transport,
        control_plane=control_plane,
        recordings=Recordings(bucket=environment.recordings_bucket, region=environment.aws_region),
        measurements=Measurements(recorder, pipeline=pipeline.name, providers=pipeline.providers),
        join_seconds=environment.join_window_seconds,
        wrap_up_seconds=environment.post_call_seconds * WRAP_UP_SHARE,
        folder=folder,
    )


def call_recorder(environment: AgentEnv | GatewayEnv) -> Recorder:
    """Answer the recorder of a process that holds calls; its counters begin at 0 for every provider there is."""
    providers = sorted({name for pipeline in PIPELINES for name in pipeline.providers})
    return Recorder(environment.environment, publisher=AGENT.name, dimensions={"Provider": providers})


async def refuse(control_plane: ControlPlane, *, attempt: int, reason: Reason, detail: str) -> None:
    """Tell the control plane why there is no call; when it does not hear, its own sweep ends the session."""
    log.error("call refused", reason=reason, detail=detail)
    finished = SessionFinished(
        attempt=attempt, reason=reason, detail=detail[:MOST_DETAIL], ended_at=datetime.now(UTC), last_turn=0
    )
    try:
        await control_plane.finish(finished, patience_seconds=REFUSAL_SECONDS)
    except CallbackFailed as failed:
        log.error("the refusal was not heard", error=str(failed))
