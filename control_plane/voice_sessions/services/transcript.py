"""The transcript becomes a file, and the session gets its price."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from contract.environment import ControlPlaneEnv
from contract.storage import TRANSCRIPT_KEY
from control_plane.voice_sessions.selectors import cost_record, session_cost, session_get
from control_plane.voice_sessions.storage import object_put


def transcript_finalise(session_id: str) -> Mapping[str, Any]:
    """Write all turns into one file, with what the session was and what it costs.

    Raises:
        JobFailed: S3 did not take it.
    """
    environment: ControlPlaneEnv = settings.ENVIRONMENT
    session, cost = session_get(session_id), session_cost(session_id)
    record = {
        "session_id": session.pk,
        "simulation_service": session.simulation_service,
        "language": session.language,
        "reason": session.reason,
        "created_at": session.created_at.isoformat(),
        "active_at": session.active_at.isoformat() if session.active_at else None,
        "ended_at": session.ended_at.isoformat() if session.ended_at else None,
        "turns": [
            {
                "number": turn.number,
                "speaker": turn.speaker,
                "text": turn.text,
                "started_at": turn.started_at.isoformat(),
                "ended_at": turn.ended_at.isoformat(),
                "interrupted": turn.interrupted,
                "latency_ms": turn.latency_ms,
            }
            for turn in session.turns.all()
        ],
        "cost": cost_record(cost),
    }
    key = TRANSCRIPT_KEY.format(session_id=session_id)
    body = json.dumps(record, ensure_ascii=False, indent=1).encode()
    object_put(environment.artefacts_bucket, key, body=body, kind="application/json")
    return {"transcript_key": key, "cost_usd": cost.total_usd, "cost": cost_record(cost)}
