"""An agent's way into its room: bounded in time, and given up when the session ends meanwhile."""

import asyncio
from datetime import UTC, datetime
from typing import Final

from livekit.agents import AutoSubscribe, JobContext

from agent.callbacks import ControlPlane
from agent.errors import ControlPlaneSilent, RoomNotJoined, SessionOver
from contract.session import Heartbeat, State
from contract.timing import AGENT_HEARTBEAT_SECONDS

CONNECT_SECONDS: Final = 10.0  # ctx.connect can take minutes (facts: reliability B1.4), and hangs in a deleted room


async def join(ctx: JobContext, control_plane: ControlPlane, *, attempt: int) -> None:
    """Connect to the job's room.

    Raises:
        SessionOver: The record says that it ended before the agent was there.
        RoomNotJoined: It took too long.
        CallbackFailed: The record has no place for this agent.
    """
    # the server subscribes the agent: its own requests are lost when the connection is restarted after a node's death
    connecting = asyncio.ensure_future(ctx.connect(auto_subscribe=AutoSubscribe.SUBSCRIBE_ALL))
    watching = asyncio.create_task(_until_over(control_plane, attempt))
    both: set[asyncio.Future[None]] = {connecting, watching}
    try:
        done, _ = await asyncio.wait(both, timeout=CONNECT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            raise RoomNotJoined(f"the room was not joined in {CONNECT_SECONDS:.0f} s")
        for each in done:
            each.result()
    finally:
        for each in both:
            each.cancel()
        await asyncio.gather(*both, return_exceptions=True)


async def _until_over(control_plane: ControlPlane, attempt: int) -> None:
    """The first heartbeats: the agent lives, and does not know yet who is in the room."""
    while True:
        heartbeat = Heartbeat(attempt=attempt, sent_at=datetime.now(UTC), caller_present=None)
        try:
            answer = await control_plane.beat(heartbeat)
        except ControlPlaneSilent:
            answer = None
        if answer is not None and answer.state in (State.ENDED, State.COMPLETED):
            raise SessionOver("the session ended before the agent was in its room")
        await asyncio.sleep(AGENT_HEARTBEAT_SECONDS)
