"""Every answer takes a fixed number of queries, however much there is in the record."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contract.session import Reason, SessionFinished, State, TurnsPosted
from control_plane.voice_sessions.models import VoiceSession
from control_plane.voice_sessions.services.callbacks import turns_post
from tests.control_plane.given import bearer, heartbeat, session_in, turn

JSON = "application/json"


def create(client: Client, _: VoiceSession) -> Any:
    """A new session."""
    body = json.dumps({"simulation_service": "local", "transport": "websocket"})
    return client.post("/api/v1/sessions", body, content_type=JSON, headers={"Idempotency-Key": str(timezone.now())})


def post(what: str, payload: Callable[[], Any]) -> Callable[[Client, VoiceSession], Any]:
    """A callback."""

    def ask(_: Client, session: VoiceSession) -> Any:
        path = f"/internal/sessions/{session.pk}/{what}"
        return Client().post(path, payload().model_dump_json(), content_type=JSON, headers=bearer(session.pk))

    return ask


def finished() -> SessionFinished:
    """A last word."""
    return SessionFinished(attempt=1, reason=Reason.HANGUP, ended_at=timezone.now(), last_turn=1)


@pytest.mark.parametrize(
    ("ask", "most"),
    [
        (create, 14),
        (lambda client, _: client.get("/api/v1/sessions"), 1),
        (lambda client, session: client.get(f"/api/v1/sessions/{session.pk}"), 4),
        (lambda client, session: client.post(f"/api/v1/sessions/{session.pk}/end"), 4),
        (
            lambda client, session: client.post(
                f"/api/v1/sessions/{session.pk}/ticket", {"opens": "events"}, content_type=JSON
            ),
            4,
        ),
        (post("heartbeat", lambda: heartbeat(caller_present=True)), 1),
        (post("turns", lambda: TurnsPosted(attempt=1, turns=tuple(turn(n) for n in range(500, 600)))), 5),
        (post("finish", finished), 16),
    ],
    ids=["create", "list", "read", "end", "ticket", "heartbeat", "turns", "finish"],
)
def test_an_answer_takes_as_many_queries_for_one_as_for_many(
    client: Client, ask: Callable[[Client, VoiceSession], Any], most: int
) -> None:
    """One session with one turn, then thirty with forty turns: the count is the same and bounded."""
    counts = []
    for sessions, turns in ((1, 1), (30, 40)):
        for _ in range(sessions):
            session = session_in(State.ACTIVE)
        turns_post(
            session.pk, TurnsPosted(attempt=1, turns=tuple(turn(n) for n in range(1, turns + 1))), now=timezone.now()
        )
        with CaptureQueriesContext(connection) as queries:
            answer = ask(client, session)
        assert answer.status_code in (200, 201)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= most
