"""A session is created once for each idempotency key, however often and however many at once it is asked for."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from control_plane.errors import KeyReused, MediaUnavailable, StillInProgress
from control_plane.voice_sessions.models import IdempotencyKey, VoiceSession
from control_plane.voice_sessions.services.opening import Opened, Wish, voice_session_open, voice_session_record

ABANDONED_SECONDS: Final = 60  # a request that is not answered by then died with its process
Answer = Mapping[str, Any]


def voice_session_create(wish: Wish, *, key: str | None, now: datetime, answer: Callable[[Opened], Answer]) -> Answer:
    """Create and open a session, or answer what the key's first request was answered.

    Args:
        key: The client's Idempotency-Key; None creates one each time.
        answer: How an opened session is told; kept with the key.

    Raises:
        KeyReused: The key was another body's.
        StillInProgress: Its first request is not answered yet.
        PipelineUnknown, PayloadTooLarge: Nothing was created.
        MediaUnavailable: The session is ended; the key is free again.
    """
    if key is None:
        with transaction.atomic():
            session = voice_session_record(wish, now=now)
        return answer(voice_session_open(session, now=now))
    before = _claim(key, wish=wish, now=now)
    if isinstance(before, VoiceSession):
        return _open_under(key, before, now=now, answer=answer)
    return before


def _claim(key: str, *, wish: Wish, now: datetime) -> VoiceSession | Answer:
    """In one transaction with the session's record: two at once meet at the key's row."""
    digest = _digest(wish)
    with transaction.atomic():
        abandoned = now - timedelta(seconds=ABANDONED_SECONDS)
        IdempotencyKey.objects.filter(pk=key, answer=None, created_at__lt=abandoned).delete()
        row, is_new = IdempotencyKey.objects.get_or_create(pk=key, defaults={"body_digest": digest, "created_at": now})
        if is_new:
            return voice_session_record(wish, now=now)
    if row.body_digest != digest:
        raise KeyReused("another body came with this Idempotency-Key")
    if row.answer is None:
        raise StillInProgress("a request with this Idempotency-Key is being worked on", retry_after_seconds=1)
    kept: Answer = row.answer
    return kept


def _open_under(key: str, session: VoiceSession, *, now: datetime, answer: Callable[[Opened], Answer]) -> Answer:
    try:
        opened = answer(voice_session_open(session, now=now))
    except MediaUnavailable:
        IdempotencyKey.objects.filter(pk=key).delete()
        raise
    IdempotencyKey.objects.filter(pk=key).update(answer=dict(opened))
    return opened


def _digest(wish: Wish) -> str:
    return hashlib.sha256(json.dumps(wish, sort_keys=True).encode()).hexdigest()
