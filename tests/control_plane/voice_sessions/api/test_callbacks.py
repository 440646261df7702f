"""`/internal`: an agent may say everything twice, late, in any order; with another's token, or fenced, nothing."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from contract.session import Reason, SessionFinished, State, TurnsPosted, UsageItem
from control_plane.voice_sessions.models import JobState, OutboxRow, TranscriptTurn, UsageTotal, VoiceSession
from control_plane.voice_sessions.services.job import job_perform
from tests.control_plane.given import bearer, heartbeat, session_in, turn
from tests.platform.valkey import Valkey


def post(client: Client, session: VoiceSession, what: str, payload: Any, **headers: str) -> Any:
    """Post as the session's agent."""
    body = payload if isinstance(payload, str | bytes) else payload.model_dump_json()
    said = headers or bearer(session.pk)
    path = f"/internal/sessions/{session.pk}/{what}"
    return client.post(path, body, content_type="application/json", headers=said)


def finished(**different: Any) -> SessionFinished:
    """A last word."""
    usual = {"attempt": 1, "reason": Reason.AGENT_FINISHED, "ended_at": timezone.now(), "last_turn": 2}
    return SessionFinished.model_validate({**usual, **different})


def used(quantity: float) -> UsageItem:
    """Characters of a voice."""
    return UsageItem(provider="elevenlabs", model="eleven_flash_v2_5", unit="characters", quantity=quantity)


def test_turns_out_of_order_and_repeated_are_kept_once(stranger: Client) -> None:
    """The first text of a number counts; the record is in order."""
    session = session_in(State.ACTIVE)

    for numbers in ((3, 1), (1, 2, 3), (2,)):
        post(stranger, session, "turns", TurnsPosted(attempt=1, turns=tuple(turn(n, f"turn {n}") for n in numbers)))
    post(stranger, session, "turns", TurnsPosted(attempt=1, turns=(turn(2, "changed"), turn(4), turn(4, "twice"))))

    kept = list(TranscriptTurn.objects.values_list("number", "text"))
    assert kept == [(1, "turn 1"), (2, "turn 2"), (3, "turn 3"), (4, "Good morning.")]


def test_new_turns_are_told_once(stranger: Client, live_valkey: Valkey) -> None:
    """A watcher sees each turn as it is committed, and the cost that it made."""
    session = session_in(State.ACTIVE)

    with live_valkey.heard(f"events:{session.pk}") as said:
        for _ in range(2):
            post(stranger, session, "turns", TurnsPosted(attempt=1, turns=(turn(1),), usage=(used(1000),)))

    assert [each["event"] for each in said] == ["session.turn", "session.cost", "session.cost"]
    assert said[0]["turn"]["text"] == "Good morning."
    assert said[1]["cost_usd"] == 0.05


def test_usage_only_grows(stranger: Client) -> None:
    """Totals come late and twice; the greatest is the truth of its attempt, and attempts add up."""
    session = session_in(State.ACTIVE)

    for attempt, quantity in ((1, 100), (1, 250.5), (1, 200), (2, 30)):
        post(stranger, session, "turns", TurnsPosted(attempt=attempt, turns=(), usage=(used(quantity),)))

    totals = [(each.attempt, float(each.quantity)) for each in UsageTotal.objects.order_by("attempt")]
    assert totals == [(1, 250.5), (2, 30.0)]


def test_a_heartbeat_is_kept_in_valkey_and_changes_the_record_only_with_the_caller(
    stranger: Client, live_valkey: Valkey
) -> None:
    """A thousand calls would otherwise write a thousand rows a second."""
    session = session_in(State.DISPATCHED)
    states = []

    for present in (None, False, True, True, None, False, False, True):
        answer = post(stranger, session, "heartbeat", heartbeat(caller_present=present))
        states.append(answer.json()["state"])

    assert states == [
        "dispatched",
        "dispatched",
        "active",
        "active",
        "active",
        "reconnecting",
        "reconnecting",
        "active",
    ]
    assert json.loads(str(live_valkey.client().get(f"session:{session.pk}:heartbeat")))["caller_present"] is True
    assert 5300 < int(str(live_valkey.client().ttl(f"session:{session.pk}:heartbeat"))) <= 5400


def test_an_agent_on_its_way_says_nothing_of_a_caller_who_is_already_there(stranger: Client) -> None:
    """A second agent takes the call over; until it is in the room it knows of nobody."""
    session = session_in(State.ACTIVE)
    post(stranger, session, "heartbeat", heartbeat(caller_present=True))

    answer = post(stranger, session, "heartbeat", heartbeat(caller_present=None, attempt=2))

    assert answer.json() == {"state": "active", "reason": None, "attempt": 2}


def test_an_agent_learns_of_the_end_from_any_callback(stranger: Client) -> None:
    """Whatever else was lost: it asks once a second."""
    session = session_in(State.ENDED)

    answer = post(stranger, session, "heartbeat", heartbeat(caller_present=True))

    assert (answer.status_code, answer.json()) == (200, {"state": "ended", "reason": "hangup", "attempt": 1})


def test_finish_twice_answers_alike(stranger: Client) -> None:
    """The first reason stays, and each job is there once."""
    session = session_in(State.ACTIVE)

    first = post(stranger, session, "finish", finished(recording_key=f"sessions/{session.pk}/audio.ogg"))
    second = post(stranger, session, "finish", finished(reason=Reason.IDLE))

    assert first.json() == second.json() == {"state": "ended", "reason": "agent_finished", "attempt": 1}
    assert sorted(OutboxRow.objects.values_list("job", flat=True)) == ["transcript-finalise", "video-assemble"]


def record_of(session: VoiceSession) -> dict[str, Any]:
    """All that a late callback could change."""
    return {
        "session": VoiceSession.objects.filter(pk=session.pk).values().get(),
        "turns": list(TranscriptTurn.objects.values_list("number", "text")),
        "usage": list(UsageTotal.objects.values_list("unit", "quantity")),
        "jobs": list(OutboxRow.objects.values_list("job", "state")),
    }


def close(session: VoiceSession, *, completed: bool) -> None:
    """Make what follows a call: its transcript, and the hand-over that completes it."""
    for job in ("transcript-finalise", "session-completed")[: 1 + completed]:
        row = OutboxRow.objects.get(session=session, job=job)
        job_perform(row.pk, job, delivery=job, now=timezone.now())


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("completed", [False, True], ids=["with its transcript made", "completed"])
def test_what_comes_after_the_transcript_changes_nothing(stranger: Client, completed: bool) -> None:
    """Turns, usage and price would no longer be those of the file and of the hand-over; the agent is not at fault."""
    session = session_in(State.ACTIVE, record=False)
    post(stranger, session, "turns", TurnsPosted(attempt=1, turns=(turn(1), turn(2)), usage=(used(1000),)))
    post(stranger, session, "finish", finished())
    close(session, completed=completed)
    closed = record_of(session)

    turns = post(stranger, session, "turns", TurnsPosted(attempt=1, turns=(turn(3),), usage=(used(5000),)))
    last = post(stranger, session, "finish", finished(reason=Reason.IDLE, usage=(used(9000),)))

    state = "completed" if completed else "ended"
    assert (turns.status_code, last.status_code) == (200, 200)
    assert turns.json() == last.json() == {"state": state, "reason": "agent_finished", "attempt": 1}
    assert record_of(session) == closed


@pytest.mark.usefixtures("aws")
def test_a_recording_that_comes_after_completion_is_no_job(stranger: Client) -> None:
    """Whoever was told of the session was told that there is no film."""
    session = session_in(State.ACTIVE, record=False)
    post(stranger, session, "finish", finished())
    close(session, completed=True)
    closed = record_of(session)

    post(stranger, session, "finish", finished(recording_key=f"sessions/{session.pk}/audio.ogg", last_turn=99))

    assert record_of(session) == closed


def test_the_last_turns_and_usage_count_after_the_hang_up(stranger: Client) -> None:
    """The record ends at once; what the agent had not sent by then comes after."""
    session = session_in(State.ENDED)

    post(stranger, session, "turns", TurnsPosted(attempt=1, turns=(turn(1),), usage=(used(1000),)))
    post(stranger, session, "finish", finished(usage=(used(1200),)))

    assert list(TranscriptTurn.objects.values_list("number", flat=True)) == [1]
    assert [float(each.quantity) for each in UsageTotal.objects.all()] == [1200.0]


def test_who_ended_it_first_is_the_reason(stranger: Client) -> None:
    """The caller hung up; that the agent then says idle changes nothing."""
    session = session_in(State.ENDED)

    answer = post(stranger, session, "finish", finished(reason=Reason.IDLE))

    assert answer.json()["reason"] == "hangup"


def test_when_the_recording_began_is_kept(stranger: Client) -> None:
    """The film is as long as the call, which may have begun before it."""
    session = session_in(State.ACTIVE)
    began = timezone.now() + timedelta(seconds=1)

    post(stranger, session, "finish", finished(recording_started_at=began))
    post(stranger, session, "finish", finished(recording_started_at=began + timedelta(minutes=1)))

    assert VoiceSession.objects.get().recording_started_at == began


def test_a_recording_of_another_session_is_not_taken(stranger: Client) -> None:
    """A token is one session's; its agent must not have another's sound made into its film."""
    session = session_in(State.ACTIVE)

    post(stranger, session, "finish", finished(recording_key="sessions/vs_other/audio.ogg"))

    film = OutboxRow.objects.get(job="video-assemble")
    assert VoiceSession.objects.get().recording_key == ""
    assert job_perform(film.pk, film.job, delivery="a message", now=timezone.now()) is JobState.SKIPPED


def test_a_call_without_its_recording_says_why(stranger: Client) -> None:
    """S3 did not take the sound: whoever looks for the film finds the reason in its place."""
    session = session_in(State.ACTIVE)

    post(stranger, session, "finish", finished(recording_key=None))
    film = OutboxRow.objects.get(job="video-assemble")
    job_perform(film.pk, film.job, delivery="a message", now=timezone.now())

    film.refresh_from_db()
    assert (film.state, film.error) == ("skipped", f"recording_missing: no sessions/{session.pk}/audio.ogg")


@pytest.mark.parametrize(("state", "record"), [(State.ACTIVE, False), (State.DISPATCHED, True)])
def test_what_was_not_to_be_recorded_is_not_missed(stranger: Client, state: State, record: bool) -> None:
    """Nobody wanted it, or nobody came."""
    session = session_in(state, record=record)

    post(stranger, session, "finish", finished(recording_key=None))

    assert list(OutboxRow.objects.values_list("job", flat=True)) == ["transcript-finalise"]


@pytest.mark.parametrize("what", ["turns", "heartbeat", "finish"])
def test_an_older_attempt_is_refused_and_told_who_has_the_call(stranger: Client, what: str) -> None:
    """A paused agent that comes back must not speak in the record of another."""
    session = session_in(State.ACTIVE)
    post(stranger, session, "heartbeat", heartbeat(caller_present=True, attempt=2))
    late = {
        "turns": TurnsPosted(attempt=1, turns=(turn(1),)),
        "heartbeat": heartbeat(caller_present=False),
        "finish": finished(),
    }

    answer = post(stranger, session, what, late[what])

    assert (answer.status_code, answer.json()) == (409, {"state": "active", "reason": None, "attempt": 2})
    assert not TranscriptTurn.objects.exists()
    assert VoiceSession.objects.get().state == State.ACTIVE


def test_a_token_is_good_for_its_session_only(stranger: Client) -> None:
    """Of another's, it is as if there were no such session."""
    session, other = session_in(State.ACTIVE), session_in(State.ACTIVE)

    answer = post(stranger, session, "heartbeat", heartbeat(caller_present=True), **bearer(other.pk))

    assert (answer.status_code, answer.json()["code"]) == (404, "session_unknown")


def test_an_expired_token_is_refused(stranger: Client) -> None:
    """It lives as long as a session may."""
    session = session_in(State.ACTIVE)
    long_ago = datetime.now(UTC) - timedelta(hours=3)

    answer = post(stranger, session, "heartbeat", heartbeat(caller_present=True), **bearer(session.pk, now=long_ago))

    assert answer.status_code == 401


def test_the_api_key_is_no_callback_token(client: Client) -> None:
    """And the other way round: each path has one kind."""
    session = session_in(State.ACTIVE)

    with_key = client.post(f"/internal/sessions/{session.pk}/finish", b"{}", content_type="application/json")
    with_token = client.get("/api/v1/sessions", headers=bearer(session.pk))

    assert (with_key.status_code, with_token.status_code) == (401, 401)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[]", 422),
        (b'{"attempt": 0}', 422),
        (b'{"attempt": 1, "turns": [], "usage": "\\u0000"}', 422),
        (b"[" * 100_000, 400),
        (b" " * 1_100_000, 413),
    ],
    ids=["cut", "not UTF-8", "a list", "values", "NUL", "deep", "long"],
)
def test_a_bad_body_is_refused_and_nothing_is_lost(stranger: Client, body: bytes, status: int) -> None:
    """The agent posts again; the call goes on."""
    session = session_in(State.ACTIVE)

    answer = post(stranger, session, "turns", body)

    assert answer.status_code == status
    assert VoiceSession.objects.get().state == State.ACTIVE


@pytest.mark.parametrize(
    ("what", "field", "different"),
    [
        ("turns", "attempt", {"attempt": 2**31}),
        ("turns", "turns.0.number", {"turns": [{**turn(1).model_dump(mode="json"), "number": 2**31}]}),
        ("turns", "turns.0.latency_ms", {"turns": [{**turn(1).model_dump(mode="json"), "latency_ms": 2**31}]}),
        ("turns", "usage.0.quantity", {"usage": [{**used(1).model_dump(), "quantity": 1e30}]}),
        ("turns", "usage.0.provider", {"usage": [{**used(1).model_dump(), "provider": "x" * 65}]}),
        ("turns", "usage.0.model", {"usage": [{**used(1).model_dump(), "model": "x" * 129}]}),
        ("finish", "last_turn", {"last_turn": 2**31}),
    ],
)
def test_what_the_record_cannot_hold_is_refused_by_its_field(
    stranger: Client, what: str, field: str, different: dict[str, Any]
) -> None:
    """PostgreSQL would refuse it too, as a mistake of ours."""
    session = session_in(State.ACTIVE)
    usual = {"turns": TurnsPosted(attempt=1, turns=()), "finish": finished()}[what].model_dump(mode="json")

    answer = post(stranger, session, what, json.dumps({**usual, **different}))

    assert (answer.status_code, answer.json()["detail"].split(": ")[0]) == (422, field)
    assert VoiceSession.objects.get().state == State.ACTIVE


def test_what_was_said_is_in_no_error(stranger: Client) -> None:
    """Errors are logged by whoever gets them."""
    session = session_in(State.ACTIVE)

    answer = post(stranger, session, "turns", b'{"attempt": 1, "turns": [{"text": "my secret illness"}]}')

    assert answer.status_code == 422
    assert "illness" not in answer.content.decode()
