"""A failure has one word, whatever a plugin wrapped it in, and nothing that was said is in it."""

import json

import pytest
from livekit.agents import APIConnectionError, APIError, APIStatusError, APITimeoutError

from agent.pipelines import kind_of_failure


def because(error: BaseException, cause: BaseException) -> BaseException:
    """Wrap an error as plugins do."""
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (APIStatusError("no", status_code=401), "401"),
        (because(APIConnectionError("after 2 attempts"), APIStatusError("no", status_code=503)), "503"),
        (APITimeoutError(), "timeout"),
        (because(APIStatusError("Could not synthesize"), APITimeoutError()), "timeout"),
        (because(APIConnectionError(), json.JSONDecodeError("what was said", "hello", 0)), "malformed"),
        (APIStatusError("closed", status_code=1011), "connection"),
        (because(APIConnectionError(), because(OSError(), ConnectionResetError())), "connection"),
        (APIConnectionError(), "connection"),
        (APIError("no audio frames were pushed for text: hello"), "APIError"),
        (RuntimeError("hello"), "RuntimeError"),
    ],
)
def test_a_failure_has_one_word(error: BaseException, kind: str) -> None:
    """It labels a metric and stands in the record."""
    assert kind_of_failure(error) == kind
