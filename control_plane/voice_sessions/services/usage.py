"""Usage is recorded as totals that only grow."""

from collections.abc import Iterable
from decimal import Decimal

from django.db import connection

from contract.session import UsageItem

UPSERT = """
INSERT INTO voice_sessions_usagetotal (session_id, attempt, provider, model, unit, quantity)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (session_id, attempt, provider, model, unit)
DO UPDATE SET quantity = GREATEST(voice_sessions_usagetotal.quantity, EXCLUDED.quantity)
"""


def usage_record(session_id: str, usage: Iterable[UsageItem], *, attempt: int) -> None:
    """Keep the greater of each total that is known and that is told: they may come in any order."""
    rows = [(session_id, attempt, item.provider, item.model, item.unit, Decimal(str(item.quantity))) for item in usage]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(UPSERT, rows)
