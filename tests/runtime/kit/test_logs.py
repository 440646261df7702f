"""Everything a process logs is one JSON object a line, with who said it and in which call."""

import json
import logging
import sys
import threading
from collections.abc import Iterator

import pytest
import structlog

from contract.environment import ProcessEnv
from runtime.kit.errors import ProtectionRefused
from runtime.kit.logs import configure

ENVIRONMENT = ProcessEnv(environment="staging", service="agent", aws_region="eu-west-1", release="sha-1")


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """The logs of other tests stay theirs."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    hooks = sys.excepthook, threading.excepthook
    yield
    sys.excepthook, threading.excepthook = hooks
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """What was written."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_our_own_lines_say_who_and_which_call(capsys: pytest.CaptureFixture[str]) -> None:
    """A session is put together from the lines of five services."""
    configure(ENVIRONMENT)

    with structlog.contextvars.bound_contextvars(session_id="vs_1"):
        structlog.get_logger("call").info("call ended", reason="hangup")

    [line] = lines(capsys)
    assert line.pop("timestamp")
    assert line == {
        "event": "call ended",
        "reason": "hangup",
        "session_id": "vs_1",
        "level": "info",
        "logger": "call",
        "service": "agent",
        "environment": "staging",
        "release": "sha-1",
    }


def test_a_librarys_lines_look_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody searches by service, not by library."""
    configure(ENVIRONMENT)

    logging.getLogger("livekit").warning("reconnecting in %d s", 2)

    [line] = lines(capsys)
    assert (line["event"], line["level"], line["service"]) == ("reconnecting in 2 s", "warning", "agent")


def test_an_exception_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A trace over forty lines is forty lines in CloudWatch."""
    configure(ENVIRONMENT)

    try:
        raise ProtectionRefused("no such task")
    except ProtectionRefused:
        structlog.get_logger("call").exception("call failed")

    [line] = lines(capsys)
    assert "no such task" in json.dumps(line["exception"])


def test_the_level_is_the_environments(capsys: pytest.CaptureFixture[str]) -> None:
    """Quiet in production, and chatty where somebody looks for something."""
    configure(ENVIRONMENT.model_copy(update={"log_level": "WARNING"}))

    structlog.get_logger("call").info("not shown")

    assert lines(capsys) == []
