"""What a caller said and what opens a call are in no log line, whoever raised the exception that carries them.

Of an exception the types, the stack and our own messages stay: somebody is paged with them.
"""

import asyncio
import json
import logging
import sys
import threading
from collections.abc import Iterator

import psycopg
import pytest
import structlog
import uvicorn
import websockets
from django.db.models import IntegerField
from livekit.agents import APIStatusError
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

from contract.environment import ProcessEnv
from runtime.kit.errors import ProtectionRefused
from runtime.kit.logs import configure
from tests.platform.addresses import LOOPBACK, port_of
from tests.platform.postgres import Postgres

WORDS = "turquoise elephants"
TICKET = "a-ticket-of-many-random-letters"
ENVIRONMENT = ProcessEnv(environment="staging", service="agent", aws_region="eu-west-1", release="sha-1")


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """The logs of other tests stay theirs."""
    root = logging.getLogger()
    handlers, level, hooks = root.handlers[:], root.level, (sys.excepthook, threading.excepthook)
    yield
    sys.excepthook, threading.excepthook = hooks
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def refuse_after(said: str) -> None:
    """An error of ours, in a frame that holds what a caller said."""
    raise ProtectionRefused(f"{len(said)} characters were not kept")


def test_what_a_frame_holds_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Our message, the types and the stack are."""
    configure(ENVIRONMENT)

    try:
        refuse_after(WORDS)
    except ProtectionRefused:
        structlog.get_logger("call").exception("call failed")
        logging.getLogger("library").exception("call failed")

    written = capsys.readouterr().out
    assert WORDS not in written
    for line in map(json.loads, written.splitlines()):
        [told] = line["exception"]
        assert told["exc_type"] == "runtime.kit.errors.ProtectionRefused"
        assert told["exc_value"] == "19 characters were not kept"
        assert [frame["name"] for frame in told["frames"]][-1] == "refuse_after"
        assert told["frames"][-1]["filename"] == __file__
        assert told["frames"][-1]["lineno"] > 0


def test_the_row_that_postgresql_refused_is_not_told(postgres: Postgres, capsys: pytest.CaptureFixture[str]) -> None:
    """Its DETAIL is the row; its code says what was wrong with it."""
    configure(ENVIRONMENT)

    with postgres.connect("postgres") as connection:
        connection.execute("CREATE TEMP TABLE turns (text TEXT, number INT CHECK (number < 10))")
        try:
            connection.execute("INSERT INTO turns VALUES (%s, 11)", [WORDS])
        except psycopg.errors.CheckViolation:
            logging.getLogger("django.request").exception("Internal Server Error: %s", "/internal")

    written = capsys.readouterr().out
    [told] = json.loads(written)["exception"]
    assert WORDS not in written
    assert (told["exc_type"], told["exc_value"]) == ("psycopg.errors.CheckViolation", "sqlstate 23514")


def test_a_value_of_the_wrong_type_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Django puts it into a TypeError of Python's own, as `IntegerField.get_prep_value` does here."""
    configure(ENVIRONMENT)

    try:
        IntegerField(name="number").get_prep_value([WORDS])
    except TypeError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", "/internal")

    written = capsys.readouterr().out
    told = json.loads(written)["exception"]
    assert WORDS not in written
    assert {(each["exc_type"], each["exc_value"]) for each in told} == {("TypeError", "")}


def test_what_a_provider_quotes_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Frameworks write the error into their own sentence, and log it without a trace."""
    configure(ENVIRONMENT)

    try:
        raise APIStatusError(f"this prompt is refused: {WORDS}", status_code=400, body={"prompt": WORDS})
    except APIStatusError as refused:
        logging.getLogger("livekit.agents").warning(f"failed to generate: {refused}, retrying in 1s")
        caught = refused
    logging.getLogger("livekit.agents").warning("%s failed: %s", "openai", caught)

    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["event"] == "failed to generate: APIStatusError, retrying in 1s"
    assert second["event"] == "openai failed: APIStatusError"


def test_the_cause_of_an_error_and_the_parts_of_a_group_are_told_alike(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is wrapped, and however often."""
    configure(ENVIRONMENT)

    try:
        try:
            int(WORDS)
        except ValueError as unreadable:
            raise ExceptionGroup(WORDS, [KeyError(WORDS), ProtectionRefused("no answer")]) from unreadable
    except ExceptionGroup:
        structlog.get_logger("call").exception("call failed")

    written = capsys.readouterr().out
    group, cause = json.loads(written)["exception"]
    assert WORDS not in written
    assert cause["exc_type"] == "ValueError"
    assert [[part["exc_value"] for part in chain] for chain in group["exceptions"]] == [[""], ["no answer"]]


async def test_a_task_that_nobody_awaited_says_only_what_it_died_of(capsys: pytest.CaptureFixture[str]) -> None:
    """asyncio writes the task, and in it the exception."""
    configure(ENVIRONMENT)

    async def fail() -> None:
        raise ValueError(WORDS)

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    del task

    written = capsys.readouterr().out
    assert json.loads(written)["event"] == "Task exception was never retrieved"
    assert WORDS not in written


def test_an_exception_that_ends_a_thread_is_a_line_like_others(capsys: pytest.CaptureFixture[str]) -> None:
    """Python would write its message to standard error."""
    configure(ENVIRONMENT)

    def fail() -> None:
        raise ValueError(WORDS)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    written = capsys.readouterr()
    assert json.loads(written.out)["event"] == "not caught"
    assert WORDS not in written.out + written.err


async def test_a_mistake_while_a_socket_is_served_does_not_tell_its_ticket(capsys: pytest.CaptureFixture[str]) -> None:
    """uvicorn logs the exception, whose frames hold the address that was asked for."""
    configure(ENVIRONMENT)

    async def mistaken(scope: Scope, _receive: ASGIReceiveCallable, _send: ASGISendCallable) -> None:
        raise ValueError(repr(scope))

    server = uvicorn.Server(
        uvicorn.Config(
            mistaken, host=LOOPBACK, port=port_of("mistaken"), ws="websockets-sansio", lifespan="off", log_config=None
        )
    )
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0)
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(f"ws://{LOOPBACK}:{port_of('mistaken')}/voice?ticket={TICKET}")
    server.should_exit = True
    await serving

    written = capsys.readouterr().out
    assert TICKET not in written
    assert "Exception in ASGI application" in [json.loads(line)["event"] for line in written.splitlines()]
