"""`/webhooks/livekit`: what is not LiveKit's, not fresh or too long has no effect; what is has one, once."""

import base64
import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import jwt
import pytest
from django.db import connections
from django.test import Client

from contract.session import State
from control_plane.voice_sessions.models import VoiceSession, WebhookEvent
from tests.control_plane.given import session_in
from tests.control_plane.settings import NEXT_KEY, NEXT_SECRET
from tests.platform.livekit import API_KEY, API_SECRET

PATH: Final = "/webhooks/livekit"


def event(session_id: str, name: str = "participant_joined", *, id_: str = "EV_1", **more: Any) -> bytes:
    """An event's body."""
    participant = {"sid": "PA_1", "identity": "caller", "joinedAtMs": "1795262400000"}
    told = {
        "event": name,
        "id": id_,
        "room": {"name": session_id},
        "participant": participant,
        "createdAt": "1795262400",
    }
    return json.dumps({**told, **more}).encode()


def signed(
    body: bytes,
    *,
    secret: str = API_SECRET,
    issuer: str = API_KEY,
    age: float = 0,
    life: float = 300,
    algorithm: str = "HS256",
    digest: bool = True,
) -> str:
    """The token that LiveKit sends with a body."""
    now = datetime.now(UTC) - timedelta(seconds=age)
    claims: dict[str, Any] = {"iss": issuer, "nbf": now, "exp": now + timedelta(seconds=life)}
    if digest:
        claims["sha256"] = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return jwt.encode(claims, secret if algorithm != "none" else "", algorithm=algorithm)


def deliver(client: Client, body: bytes, token: str) -> int:
    """Post as LiveKit does."""
    kind = "application/webhook+json"
    return client.post(PATH, body, content_type=kind, headers={"Authorization": token} if token else {}).status_code


def test_a_callers_arrival_makes_a_session_active(stranger: Client) -> None:
    """Even before the agent's heartbeat says so."""
    session = session_in(State.DISPATCHED)
    body = event(session.pk)

    assert deliver(stranger, body, signed(body)) == 200
    assert VoiceSession.objects.get().state == State.ACTIVE


def test_while_the_key_is_rotated_both_may_sign(stranger: Client) -> None:
    """A node that has not been told of the next one yet is still LiveKit."""
    session = session_in(State.DISPATCHED)
    first, second = event(session.pk), event(session.pk, id_="EV_2")

    answers = [deliver(stranger, first, signed(first))]
    answers.append(deliver(stranger, second, signed(second, issuer=NEXT_KEY, secret=NEXT_SECRET)))
    crossed = event(session.pk, id_="EV_3")

    assert answers == [200, 200]
    assert deliver(stranger, crossed, signed(crossed, issuer=NEXT_KEY)) == 401


@pytest.mark.parametrize(
    ("token", "status"),
    [
        (lambda _: "", 401),
        (lambda _: "garbage", 401),
        (lambda body: signed(body, secret="another-secret-of-more-than-32-characters"), 401),
        (lambda body: signed(body, issuer="another"), 401),
        (lambda body: signed(body, algorithm="none"), 401),
        (lambda body: signed(body + b" "), 401),
        (lambda body: signed(body, digest=False), 401),
        (lambda body: signed(body, age=600), 401),
        (lambda body: signed(body, age=420, life=300), 401),
        (lambda body: signed(body, life=10 * 365 * 86400), 401),
    ],
    ids=["none", "garbage", "key", "issuer", "alg none", "other body", "no digest", "expired", "old", "ten years"],
)
def test_a_forged_or_stale_webhook_has_no_effect(stranger: Client, token: Callable[[bytes], str], status: int) -> None:
    """livekit-api checks neither age nor lifetime, and raises what it likes."""
    session = session_in(State.DISPATCHED)
    body = event(session.pk)

    assert deliver(stranger, body, token(body)) == status
    assert VoiceSession.objects.get().state == State.DISPATCHED
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * (256 * 1024 + 1), 413),
        (b"\xff\xfe", 400),
        (b"{}", 400),
        (b"no json", 401),
        (b'{"room":' * 5000, 401),
    ],
    ids=["long", "not UTF-8", "empty", "no JSON", "deep"],
)
def test_a_body_that_is_no_event_is_refused(stranger: Client, body: bytes, status: int) -> None:
    """Signed or not; one that is too long is not even read."""
    assert deliver(stranger, body, signed(body)) == status
    assert not WebhookEvent.objects.exists()


def test_a_replay_answers_200_and_does_nothing(stranger: Client) -> None:
    """LiveKit sends again what it thinks was lost; in between the caller has left."""
    session = session_in(State.DISPATCHED)
    joined, left = event(session.pk), event(session.pk, "participant_left", id_="EV_2")
    token = signed(joined)
    deliver(stranger, joined, token)
    deliver(stranger, left, signed(left))

    assert deliver(stranger, joined, token) == 200
    assert VoiceSession.objects.get().state == State.RECONNECTING


def test_a_hundred_at_once_have_one_effect(stranger: Client) -> None:
    """The row of the event's id is the lock."""
    session = session_in(State.DISPATCHED)
    body = event(session.pk)
    token = signed(body)

    def send(_: int) -> int:
        try:
            return deliver(stranger, body, token)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, range(100)))

    assert set(answers) == {200}
    assert WebhookEvent.objects.count() == 1


def test_an_event_of_an_unknown_room_is_taken(stranger: Client) -> None:
    """A 4xx would say that LiveKit did wrong; the cluster may serve others too."""
    body = event("another-room", "room_finished")

    assert deliver(stranger, body, signed(body)) == 200


def test_nobody_but_post_is_answered(stranger: Client) -> None:
    """There is nothing to read."""
    assert stranger.get(PATH).status_code == httpx.codes.METHOD_NOT_ALLOWED
