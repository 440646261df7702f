"""Rows that only make things count once are forgotten when nothing can come twice any more."""

from datetime import datetime, timedelta
from typing import Final

from control_plane.voice_sessions.models import IdempotencyKey, WebhookEvent

KEPT: Final = timedelta(hours=24)


def records_purge(*, now: datetime) -> int:
    """Forget idempotency keys and webhook events of the day before, and answer how many."""
    keys, _ = IdempotencyKey.objects.filter(created_at__lt=now - KEPT).delete()
    events, _ = WebhookEvent.objects.filter(received_at__lt=now - KEPT).delete()
    return keys + events
