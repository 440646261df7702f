"""What can be read of the record; nothing here changes anything."""

from typing import Any

from django.db.models import QuerySet, Sum

from contract.session import State
from control_plane.errors import SessionUnknown
from control_plane.voice_sessions.models import UsageTotal, VoiceSession
from control_plane.voice_sessions.pricing import Cost, Usage, cost_of, plain


def sessions_list(*, state: State | None = None) -> "QuerySet[VoiceSession]":
    """Answer sessions, the newest first; without what only a detail shows."""
    sessions = VoiceSession.objects.defer("request", "cost").order_by("-id")
    return sessions.filter(state=state) if state else sessions


def session_get(session_id: str) -> VoiceSession:
    """Answer one session with its turns.

    Raises:
        SessionUnknown: There is none.
    """
    session = VoiceSession.objects.prefetch_related("turns").filter(pk=session_id).first()
    if session is None:
        raise SessionUnknown(f"no session {session_id[:64]!r}")
    return session


def usage_of(session_id: str) -> list[Usage]:
    """Answer a session's usage, summed over its attempts."""
    totals = (
        UsageTotal.objects.filter(session_id=session_id)
        .values("provider", "model", "unit")
        .annotate(sum=Sum("quantity"))
        .order_by("provider", "model", "unit")
    )
    return [Usage(each["provider"], each["model"], each["unit"], each["sum"]) for each in totals]


def session_cost(session_id: str) -> Cost:
    """Price a session's usage so far."""
    return cost_of(usage_of(session_id))


def cost_record(cost: Cost) -> dict[str, Any]:
    """Answer a cost as the record keeps it."""
    return {"total_usd": plain(cost.total_usd), "lines": cost.lines, "unpriced": cost.unpriced}
