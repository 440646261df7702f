"""What watchers of a session are told besides its state: turns as they are committed, and what it costs so far."""

from datetime import datetime
from decimal import Decimal

from contract.session import SessionEvent, TranscriptTurn
from control_plane.voice_sessions.live_state import event_publish


def turn_publish(session_id: str, turn: TranscriptTurn, *, now: datetime) -> None:
    """Tell of a new turn."""
    event_publish(SessionEvent(event="session.turn", session_id=session_id, timestamp=now, turn=turn))


def cost_publish(session_id: str, cost_usd: Decimal, *, now: datetime) -> None:
    """Tell of the sum so far; what has no price is not in it."""
    event_publish(SessionEvent(event="session.cost", session_id=session_id, timestamp=now, cost_usd=float(cost_usd)))
