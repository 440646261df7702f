"""Where LiveKit posts what happens in its rooms: bounded, verified, and each event once."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from control_plane.errors import PayloadMalformed, PayloadTooLarge, Refused, WebhookForged
from control_plane.voice_sessions.api.problems import problem
from control_plane.voice_sessions.livekit_service import livekit
from control_plane.voice_sessions.services.media_events import media_event_take

MOST_BYTES: Final = 256 * 1024


@csrf_exempt
@require_POST
def livekit_webhook(request: HttpRequest) -> HttpResponse:
    """Take one event. Trouble of ours is a 5xx, which LiveKit tries again; a 4xx it never does."""
    try:
        now = timezone.now()
        event = livekit().webhook_read(_body(request), token=_token(request), now=now)
        if not event.id or not event.event:
            raise PayloadMalformed("an event without id or name")
        media_event_take(event, now=now)
    except Refused as refused:
        return problem(refused)
    return HttpResponse(status=200)


def _body(request: HttpRequest) -> str:
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise PayloadTooLarge(f"more than {MOST_BYTES} bytes")
    try:
        return request.body.decode()
    except UnicodeDecodeError:
        raise PayloadMalformed("not UTF-8") from None


def _token(request: HttpRequest) -> str:
    """LiveKit sends the bare token; a word before it is allowed."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token:
        raise WebhookForged("no Authorization")
    return token
