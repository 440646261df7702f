"""A caller sees how fast each answer came, whatever was said."""

import pytest
from rich.console import Console

from voicectl.call.conversation import Exchange
from voicectl.call.report import Transcriber


@pytest.mark.parametrize(
    ("exchange", "shown"),
    [
        (Exchange(said="", latency_ms=None, heard=bytes(48_000)), "heard 1.0 s"),
        (Exchange(said="Good morning.", latency_ms=812, heard=bytes(48_000)), "heard 1.0 s after 812 ms"),
        (Exchange(said="", latency_ms=812, heard=bytes(48_000)), "heard 1.0 s after 812 ms"),
        (Exchange(said="", latency_ms=0, heard=b""), "heard 0.0 s after 0 ms"),
    ],
    ids=["the greeting", "a line", "a WAV", "at once"],
)
def test_every_answer_has_its_latency(exchange: Exchange, shown: str) -> None:
    """Nobody knows the words of a WAV; its answer is as fast as any. A greeting answers nothing."""
    console = Console(width=80)

    with console.capture() as said:
        Transcriber(console).exchange(exchange)

    assert said.get().strip() == shown
