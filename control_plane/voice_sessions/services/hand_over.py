"""Others are told that a session is complete, and LiveKit that its room is no more needed."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils import timezone

from contract.environment import ControlPlaneEnv
from contract.session import Reason, SessionEvent, State
from control_plane.errors import JobFailed, LiveKitError
from control_plane.voice_sessions.livekit_service import livekit
from control_plane.voice_sessions.selectors import session_get

PATIENCE = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})


def session_hand_over(session_id: str) -> Mapping[str, Any]:
    """Put the completed session into the hand-off queue, if there is one; SQS drops what comes twice.

    Raises:
        JobFailed: SQS did not take it.
    """
    environment: ControlPlaneEnv = settings.ENVIRONMENT
    if not environment.session_completed_queue_url:
        return {}
    session = session_get(session_id)
    event = SessionEvent(
        event="session.completed",
        session_id=session_id,
        timestamp=timezone.now(),
        state=State.COMPLETED,
        reason=Reason(session.reason),
        cost_usd=float(session.cost_usd) if session.cost_usd is not None else None,
        metadata={
            "simulation_service": session.simulation_service,
            "video_key": session.video_key,
            "transcript_key": session.transcript_key,
            "extra": session.request.get("extra", {}),
        },
    )
    try:
        _sqs(environment.aws_region).send_message(
            QueueUrl=environment.session_completed_queue_url,
            MessageBody=event.model_dump_json(exclude_none=True),
            MessageGroupId=session_id,
            MessageDeduplicationId=session_id,
        )
    except (ClientError, BotoCoreError) as failed:
        raise JobFailed(f"hand-off queue did not take it: {type(failed).__name__}") from None
    return {}


def room_close(session_id: str) -> Mapping[str, Any]:
    """Close the room of a session that ended while LiveKit did not answer.

    Raises:
        JobFailed: It still does not.
    """
    try:
        livekit().room_delete(session_id)
    except LiveKitError as failed:
        raise JobFailed(f"room not closed: {failed}") from None
    return {}


@cache
def _sqs(region: str) -> Any:
    return boto3.client("sqs", region_name=region, config=PATIENCE)
