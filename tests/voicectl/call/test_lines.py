"""A person who places a call sees the call, and nothing of the SDK that carries it."""

import logging
from collections.abc import Iterator

import pytest

from voicectl.call.ears import Ears
from voicectl.call.lines import RoomLine


@pytest.fixture
def sdk() -> Iterator[logging.Logger]:
    """Where LiveKit's SDK says what it does; as it was before, afterwards."""
    logger = logging.getLogger("livekit")
    level = logger.level
    yield logger
    logger.setLevel(level)


async def test_a_hang_up_is_no_error(sdk: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    """The SDK says of three channels that they were closed unexpectedly, each time the other side hangs up."""
    RoomLine(Ears())

    sdk.error("publisher data channel '_reliable' closed unexpectedly")

    assert caplog.messages == []
