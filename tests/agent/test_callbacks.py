"""Callbacks arrive, again and again if need be; a later attempt and a refusal are told apart from silence."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from agent.callbacks import ControlPlane
from agent.errors import CallbackRefused, ControlPlaneSilent, Fenced
from contract.session import CallbackAnswer, Heartbeat, Reason, SessionFinished, State

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HEARTBEAT = Heartbeat(attempt=2, sent_at=NOW, caller_present=True)
FINISHED = SessionFinished(attempt=2, reason=Reason.HANGUP, ended_at=NOW, last_turn=4)
ANSWER = CallbackAnswer(state=State.ACTIVE, attempt=2)


class Record:
    """A control plane that answers what a test tells it, one status after the other, the last for ever."""

    def __init__(self) -> None:
        """Answer well."""
        self.statuses = [200]
        self.asked: list[tuple[str, str, dict[str, object]]] = []

    async def answer(self, request: web.Request) -> web.Response:
        """Answer the next."""
        self.asked.append((request.path, request.headers["Authorization"], json.loads(await request.text())))
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return web.Response(status=status, text=ANSWER.model_dump_json())


@pytest.fixture
def record() -> Record:
    """What the control plane does."""
    return Record()


@pytest.fixture
async def control_plane(record: Record) -> AsyncIterator[ControlPlane]:
    """A session's callbacks."""
    application = web.Application()
    application.router.add_post("/internal/{path:.*}", record.answer)
    async with TestServer(application) as server:
        client = ControlPlane(str(server.make_url("/internal")), session_id="vs_1", token="a-token")
        yield client
        await client.aclose()


async def test_a_callback_names_its_session_and_shows_its_token(control_plane: ControlPlane, record: Record) -> None:
    """The token opens one session only."""
    answer = await control_plane.beat(HEARTBEAT)

    [(path, authorization, body)] = record.asked
    assert answer == ANSWER
    assert (path, authorization) == ("/internal/sessions/vs_1/heartbeat", "Bearer a-token")
    assert Heartbeat.model_validate(body) == HEARTBEAT


async def test_a_finish_is_repeated_until_it_is_heard(control_plane: ControlPlane, record: Record) -> None:
    """A restart of the API must not lose a call."""
    record.statuses = [503, 429, 200]

    answer = await control_plane.finish(FINISHED, patience_seconds=30)

    assert answer == ANSWER
    assert [path for path, _, _ in record.asked] == ["/internal/sessions/vs_1/finish"] * 3


async def test_a_heartbeat_is_not_repeated(control_plane: ControlPlane, record: Record) -> None:
    """The next one comes in a second."""
    record.statuses = [503]

    with pytest.raises(ControlPlaneSilent, match="503"):
        await control_plane.beat(HEARTBEAT)

    assert len(record.asked) == 1


async def test_patience_ends(control_plane: ControlPlane, record: Record) -> None:
    """A task that must stop cannot wait for ever."""
    record.statuses = [500]

    with pytest.raises(ControlPlaneSilent, match="500"):
        await control_plane.finish(FINISHED, patience_seconds=0.2)


async def test_a_later_attempt_is_told_apart(control_plane: ControlPlane, record: Record) -> None:
    """Two agents in one room is what fencing prevents."""
    record.statuses = [409]

    with pytest.raises(Fenced):
        await control_plane.finish(FINISHED, patience_seconds=30)

    assert len(record.asked) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 422])
async def test_a_refusal_is_not_repeated(control_plane: ControlPlane, record: Record, status: int) -> None:
    """It would be refused again."""
    record.statuses = [status]

    with pytest.raises(CallbackRefused, match=str(status)):
        await control_plane.finish(FINISHED, patience_seconds=30)

    assert len(record.asked) == 1


async def test_nobody_listens() -> None:
    """The port is closed: the same as no answer."""
    client = ControlPlane("http://127.0.0.1:9/internal", session_id="vs_1", token="a-token")

    with pytest.raises(ControlPlaneSilent, match="heartbeat"):
        await client.beat(HEARTBEAT)

    await client.aclose()
