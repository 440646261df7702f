"""What travels about a session arrives as it was sent, or is refused with its field's name."""

import json
import math
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contract.pipelines import PIPELINES
from contract.session import (
    MAX_METADATA_BYTES,
    TRANSITIONS,
    Payload,
    Reason,
    SessionFinished,
    SessionMetadata,
    State,
    TranscriptTurn,
    TurnsPosted,
    UsageItem,
)
from contract.timing import Timing
from tests.contract.payloads import any_of, payloads

PAYLOADS = pytest.mark.parametrize("payload", payloads(), ids=lambda payload: payload.__name__)
TOKEN = "a-bearer-token-of-one-session"
CALL: dict[str, Any] = {"session_id": "s-1", "simulation_service": "local", "callback_token": TOKEN}
TURN: dict[str, Any] = {
    "number": 1,
    "speaker": "caller",
    "text": "my name is Ann",
    "started_at": "2026-11-21T09:00:00Z",
    "ended_at": "2026-11-21T09:00:02+01:00",
}


@PAYLOADS
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_payload_survives_json(payload: type[Payload], data: st.DataObject) -> None:
    """Both ends are typed by one class, whatever lies between."""
    sent = data.draw(any_of(payload))

    text = sent.model_dump_json()

    assert payload.model_validate_json(text) == sent
    assert payload.model_validate(json.loads(text, parse_constant=_refused)) == sent


@PAYLOADS
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_an_unknown_field_is_refused(payload: type[Payload], data: st.DataObject) -> None:
    """A field with a slip in its name would be silently ignored."""
    sent = json.loads(data.draw(any_of(payload)).model_dump_json())

    assert _faults(payload, sent | {"sesion_id": "s-1"}) == {"sesion_id": "extra_forbidden"}


@PAYLOADS
def test_each_missing_field_is_named(payload: type[Payload]) -> None:
    """An answer 422 must say what to add."""
    required = [name for name, field in payload.model_fields.items() if field.is_required()]

    assert _faults(payload, {}) == dict.fromkeys(required, "missing")


def test_a_time_without_zone_is_refused() -> None:
    """Subtracting it from one with a zone is an exception, in the middle of a call."""
    naive = datetime(2026, 11, 21, 9, 0)

    assert _faults(TranscriptTurn, TURN | {"started_at": naive}) == {"started_at": "timezone_aware"}
    assert _faults(TranscriptTurn, TURN | {"ended_at": "2026-11-21T09:00:00"}) == {"ended_at": "timezone_aware"}


@pytest.mark.parametrize("number", [math.inf, math.nan])
def test_a_number_that_json_has_not_is_refused(number: float) -> None:
    """It would arrive as null, and the usage of the whole call be refused with it."""
    usage = {"provider": "openai", "unit": "characters", "model": "m", "quantity": number}

    assert set(_faults(UsageItem, usage)) == {"quantity"}
    assert [name.split(".")[0] for name in _faults(SessionMetadata, CALL | {"extra": {"a": [number]}})] == ["extra"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("session_id", "s" * 65),
        ("session_id", ""),
        ("simulation_service", "s" * 65),
        ("simulation_service", ""),
        ("language", "e"),
        ("prompt", "p" * (MAX_METADATA_BYTES // 4 + 1)),
        ("greeting", "g" * 4097),
        ("stop_words", ["stop"] * 65),
        ("callback_token", "short"),
        ("attempt", 0),
    ],
)
def test_metadata_beyond_a_limit_is_refused(field: str, value: object) -> None:
    """The API refuses it before a room exists; the agent could only hang up."""
    assert list(_faults(SessionMetadata, CALL | {field: value})) == [field]


@pytest.mark.parametrize(
    "large",
    [
        {"prompt": "𝄞" * (MAX_METADATA_BYTES // 4)},
        {"prompt": "\0" * (MAX_METADATA_BYTES // 4)},
        {"extra": {"notes": "n" * MAX_METADATA_BYTES}},
        {"stop_words": ["w" * 10_000] * 64},
    ],
    ids=["four bytes a letter", "six bytes a letter", "the caller's own data", "stop words"],
)
def test_metadata_is_limited_as_a_whole(large: dict[str, Any]) -> None:
    """It is the JSON that travels; its fields' limits alone allow more."""
    with pytest.raises(ValidationError, match=r"\d+ bytes as JSON, more than 524288; shorten prompt or extra"):
        SessionMetadata.model_validate(CALL | large)


def test_the_longest_latin_prompt_fits() -> None:
    """The limit of a prompt is one that can be reached."""
    SessionMetadata.model_validate(CALL | {"prompt": "p" * (MAX_METADATA_BYTES // 4)})


def test_half_a_letter_is_refused() -> None:
    """JavaScript can cut an emoji in two; the half is no UTF-8 and would fail while it is sent."""
    assert list(_faults(SessionMetadata, CALL | {"prompt": "\ud83d"})) == ["prompt"]
    assert list(_faults(SessionMetadata, CALL | {"extra": {"a": "\ud83d"}})) == [""]


@pytest.mark.parametrize("pipeline", [pipeline.name for pipeline in PIPELINES])
def test_every_pipeline_can_be_asked_for(pipeline: str) -> None:
    """By the name that travels."""
    assert SessionMetadata.model_validate(CALL | {"simulation_service": pipeline}).simulation_service == pipeline


def test_an_unknown_pipeline_reaches_who_can_report_it() -> None:
    """The agent refuses it by name and ends the call with that reason; an unreadable payload says nothing."""
    asked = SessionMetadata.model_validate(CALL | {"simulation_service": "deepgram_opnai"})

    finished = SessionFinished.model_validate(
        {"attempt": asked.attempt, "reason": "unknown_pipeline", "ended_at": TURN["ended_at"], "last_turn": 0}
    )

    assert finished.reason is Reason.UNKNOWN_PIPELINE


def test_a_call_has_the_limits_of_its_environment() -> None:
    """A session may ask for what an environment file may allow, and gets its default."""
    for name in ("max_call_seconds", "idle_seconds", "rejoin_window_seconds"):
        asked, allowed = SessionMetadata.model_fields[name], Timing.model_fields[name]

        assert (asked.default, asked.metadata) == (allowed.default, allowed.metadata), name


def test_nothing_a_caller_said_is_in_a_log() -> None:
    """Payloads end up in log lines and tracebacks, as objects and as errors."""
    turn = TranscriptTurn.model_validate(TURN)
    posted = TurnsPosted.model_validate({"attempt": 1, "turns": [TURN]})

    with pytest.raises(ValidationError) as refused:
        TurnsPosted.model_validate({"attempt": 1, "turns": [TURN | {"text": ["Ann"]}, "Ann"]})

    assert "Ann" not in f"{turn!r} {turn} {posted!r} {posted} {refused.value}"


def test_a_bearer_token_is_in_no_log() -> None:
    """Whoever has it can write into the session's record."""
    call = SessionMetadata.model_validate(CALL)

    with pytest.raises(ValidationError) as refused:
        SessionMetadata.model_validate(CALL | {"callback_token": [TOKEN]})

    assert TOKEN not in f"{call!r} {call} {refused.value}"


def test_every_state_is_reached_and_left_in_one_direction() -> None:
    """Only reconnecting → active goes back; a completed session is never touched again."""
    order = list(State)
    steps = {(state, target) for state, targets in TRANSITIONS.items() for target in targets}

    assert set(TRANSITIONS) == set(State)
    assert {target for _, target in steps} == set(State) - {State.REQUESTED}
    assert [step for step in steps if order.index(step[0]) >= order.index(step[1])] == [
        (State.RECONNECTING, State.ACTIVE)
    ]
    assert [state for state, targets in TRANSITIONS.items() if not targets] == [State.COMPLETED]


def test_every_open_session_can_be_ended() -> None:
    """The supervisor closes a session in whatever state it finds it."""
    open_states = set(State) - {State.ENDED, State.COMPLETED}

    assert {state for state in State if State.ENDED in TRANSITIONS[state]} == open_states


def _faults(payload: type[Payload], values: dict[str, Any]) -> dict[str, str]:
    """Answer the field and kind of each fault."""
    with pytest.raises(ValidationError) as refused:
        payload.model_validate(values)
    return {".".join(map(str, error["loc"])): error["type"] for error in refused.value.errors()}


def _refused(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")
