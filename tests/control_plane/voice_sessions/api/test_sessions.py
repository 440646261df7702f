"""`/api/v1/sessions`: opened once, found again, ended by one reason; whatever is wrong is said as problem+json."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.db import connections
from django.test import Client, override_settings

from contract.live_state import Ticket
from contract.session import Reason, State
from control_plane.voice_sessions.models import IdempotencyKey, VoiceSession
from tests.control_plane.given import NOW, session_in
from tests.platform.addresses import port_of
from tests.platform.livekit import API_SECRET, LiveKit
from tests.platform.valkey import Valkey

BODY: dict[str, Any] = {"simulation_service": "local", "transport": "websocket", "prompt": "You buy nothing."}


def post(client: Client, body: dict[str, Any], *, key: str | None = None) -> Any:
    """Ask for a session."""
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/v1/sessions", json.dumps(body), content_type="application/json", headers=headers)


def test_a_livekit_session_gets_a_room_an_agent_and_a_token(client: Client, livekit: LiveKit) -> None:
    """The whole of POST: the real server has the room and the dispatch, the caller a token for this room only."""
    from control_plane.voice_sessions.livekit_service import livekit as service

    answer = post(client, {**BODY, "transport": "livekit"})

    told = answer.json()
    claims = jwt.decode(told["token"], API_SECRET, algorithms=["HS256"])
    [dispatch] = [each for each in service().dispatches_list(told["id"]) if each.agent_name]
    assert (answer.status_code, told["state"], told["url"]) == (201, "dispatched", livekit.url)
    assert claims["sub"] == told["identity"] == "caller"
    assert claims["exp"] - claims["nbf"] == 600
    assert claims["video"] == {
        "roomJoin": True,
        "room": told["id"],
        "canPublish": True,
        "canPublishSources": ["microphone"],
        "canPublishData": False,
        "canSubscribe": True,
        "canUpdateOwnMetadata": False,
    }
    assert dispatch.agent_name == "tests-agent"  # LiveKit adds one of its own for agents without a name
    assert json.loads(dispatch.metadata)["prompt"] == "You buy nothing."


def test_a_websocket_session_gets_a_ticket(client: Client, live_valkey: Valkey) -> None:
    """The gateway finds all that the agent must know under the ticket's digest, for 30 seconds."""
    told = post(client, BODY).json()

    key = f"ticket:{hashlib.sha256(told['token'].encode()).hexdigest()}"
    ticket = Ticket.model_validate_json(str(live_valkey.client().get(key)))
    assert told["url"] == f"ws://127.0.0.1:{port_of('gateway')}/voice"
    assert 0 < int(str(live_valkey.client().ttl(key))) <= 30
    assert ticket.metadata is not None
    assert (ticket.session_id, ticket.metadata.prompt, ticket.metadata.attempt) == (told["id"], "You buy nothing.", 1)


def test_without_livekit_the_session_is_ended_and_said_to_be(client: Client) -> None:
    """A caller must never wait in a room that is not there."""
    nowhere = settings.ENVIRONMENT.model_copy(update={"livekit_url": f"ws://127.0.0.1:{port_of('nobody')}"})

    with override_settings(ENVIRONMENT=nowhere):
        answer = post(client, {**BODY, "transport": "livekit"}, key="k")

    session = VoiceSession.objects.get()
    assert (answer.status_code, answer.json()["code"]) == (503, "media_unavailable")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"] == "5"
    assert (session.state, session.reason) == (State.ENDED, Reason.MEDIA_UNAVAILABLE)
    assert not IdempotencyKey.objects.exists()


def test_a_key_has_one_session_and_one_answer(client: Client) -> None:
    """A client that lost the answer asks again."""
    first = post(client, BODY, key="again").json()

    assert post(client, BODY, key="again").json() == first
    assert VoiceSession.objects.count() == 1


def test_a_key_with_another_body_is_refused(client: Client) -> None:
    """It is a mistake of the client's, and the first session stays."""
    post(client, BODY, key="again")

    answer = post(client, {**BODY, "prompt": "You buy all."}, key="again")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert VoiceSession.objects.count() == 1


def test_a_key_used_by_many_at_once_has_one_session(client: Client) -> None:
    """Whoever comes while the first is being answered is told to come again, and then gets its answer."""

    def ask(_: int) -> Any:
        try:
            return post(client, BODY, key="at once")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(16)))

    last = post(client, BODY, key="at once")
    created = [answer.json() for answer in answers if answer.status_code == 201]
    assert VoiceSession.objects.count() == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert created
    assert all(each == last.json() for each in created)


@pytest.mark.parametrize(
    ("body", "status", "code", "said"),
    [
        ({**BODY, "simulation_service": "gpt9"}, 422, "pipeline_unknown", "choose one of local, deepgram_openai"),
        ({**BODY, "prompt": "x" * 513 * 1024}, 413, "payload_too_large", "shorten prompt or extra"),
        ({**BODY, "extra": {"a": "x" * 513 * 1024}}, 413, "payload_too_large", "shorten prompt or extra"),
        ({**BODY, "prompt": "x" * 1024 * 1024}, 413, "payload_too_large", "send less"),
        ({**BODY, "unknown": 1}, 422, "payload_invalid", "unknown: Extra inputs are not permitted"),
        ({**BODY, "greeting": "y" * 5000}, 422, "payload_invalid", "greeting: String should have at most 4096"),
        ({}, 422, "payload_invalid", "simulation_service: Field required"),
    ],
    ids=["pipeline", "prompt", "extra", "body", "field", "greeting", "empty"],
)
def test_a_bad_wish_creates_nothing(client: Client, body: dict[str, Any], status: int, code: str, said: str) -> None:
    """Each fault is named with what to do; what was sent is not repeated."""
    answer = post(client, body)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert said in f"{problem['detail']} {problem['hint']}"
    assert "yyyy" not in answer.content.decode()
    assert not VoiceSession.objects.exists()


def test_what_is_no_json_is_malformed(client: Client) -> None:
    """And not a fault of ours."""
    answer = client.post("/api/v1/sessions", b"\xff{", content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "payload_malformed")


@pytest.mark.parametrize("number", [b"NaN", b"-Infinity", b"1e999"])
def test_a_number_that_is_no_json_is_said_to_be_one(client: Client, number: bytes) -> None:
    """It is not too large; the client must look for it in its own data."""
    body = b'{"simulation_service": "local", "transport": "websocket", "extra": {"a": [{"b": ' + number + b"}]}}"

    answer = client.post("/api/v1/sessions", body, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "payload_malformed")
    assert answer.json()["detail"] == "extra has a number that JSON does not have"
    assert not VoiceSession.objects.exists()


@pytest.mark.parametrize("credential", ["", "Bearer wrong", "Basic api-key-of-the-tests", "Bearer "])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/api/v1/sessions"),
        ("get", "/api/v1/sessions"),
        ("get", "/api/v1/sessions/vs_1"),
        ("post", "/api/v1/sessions/vs_1/end"),
        ("post", "/api/v1/sessions/vs_1/token"),
        ("post", "/api/v1/sessions/vs_1/ticket"),
        ("get", "/api/schema"),
        ("post", "/internal/sessions/vs_1/turns"),
        ("post", "/internal/sessions/vs_1/heartbeat"),
        ("post", "/internal/sessions/vs_1/finish"),
    ],
)
def test_nothing_is_open(stranger: Client, method: str, path: str, credential: str) -> None:
    """Every path of both APIs, with no credential, a wrong one, and one of another kind."""
    answer = getattr(stranger, method)(path, headers={"Authorization": credential} if credential else {})

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_list_is_read_page_by_page(client: Client) -> None:
    """The newest first; new sessions do not move the pages that follow."""
    ids = [session_in(State.REQUESTED, now=NOW + timedelta(milliseconds=each)).pk for each in range(5)]

    first = client.get("/api/v1/sessions?limit=2").json()
    session_in(State.REQUESTED)
    second = client.get(first["next"]).json()

    assert [each["id"] for each in first["results"] + second["results"]] == list(reversed(ids))[:4]


def test_a_list_is_narrowed_by_state(client: Client) -> None:
    """And an unknown state is named with the known ones."""
    active = session_in(State.ACTIVE).pk
    session_in(State.ENDED)

    found = client.get("/api/v1/sessions?state=active").json()["results"]

    assert [each["id"] for each in found] == [active]
    assert client.get("/api/v1/sessions?state=zombie").status_code == 422


def test_an_end_is_said_once(client: Client) -> None:
    """The second hang-up finds it ended and changes nothing."""
    session = session_in(State.ACTIVE)

    first = client.post(f"/api/v1/sessions/{session.pk}/end").json()
    second = client.post(f"/api/v1/sessions/{session.pk}/end").json()

    assert (first["state"], first["reason"]) == ("ended", "hangup")
    assert second == first


@pytest.mark.parametrize("state", [State.DISPATCHED, State.ACTIVE, State.RECONNECTING])
def test_an_open_session_lets_its_caller_in_again(client: Client, state: State) -> None:
    """The same identity; a ticket for a call that was heard belongs to a later attempt."""
    session = session_in(state)

    answer = client.post(f"/api/v1/sessions/{session.pk}/ticket", {"opens": "voice"}, content_type="application/json")

    assert (answer.status_code, answer.json()["identity"]) == (200, "caller")


@pytest.mark.parametrize("state", [State.REQUESTED, State.ENDED])
def test_a_session_that_is_not_open_lets_nobody_in(client: Client, state: State) -> None:
    """An old token would otherwise bring an ended room back."""
    session = session_in(state)

    answer = client.post(f"/api/v1/sessions/{session.pk}/ticket", {"opens": "voice"}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (409, "session_not_open")


def test_a_token_and_a_voice_ticket_belong_to_their_transport(client: Client) -> None:
    """The answer says which to ask for."""
    session = session_in(State.ACTIVE)

    answer = client.post(f"/api/v1/sessions/{session.pk}/token")

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_transport")
    assert "/ticket" in answer.json()["hint"]


def test_an_unknown_session_is_404_everywhere(client: Client) -> None:
    """Its id is nobody's."""
    answers = [
        client.get("/api/v1/sessions/vs_0"),
        client.post("/api/v1/sessions/vs_0/end"),
        client.post("/api/v1/sessions/vs_0/token"),
        client.post("/api/v1/sessions/vs_0/ticket", {"opens": "events"}, content_type="application/json"),
    ]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(404, "session_unknown")] * 4
