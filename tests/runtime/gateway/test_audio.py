"""Sound over a WebSocket: heard in order, spoken at the pace of speech, and void at an interruption."""

import asyncio
import time

import pytest
from livekit import rtc
from livekit.agents.voice.io import PlaybackFinishedEvent

from runtime.gateway.audio import FRAME_BYTES, LEAD_SECONDS, SocketInput, SocketOutput


def spoken(seconds: float) -> rtc.AudioFrame:
    """That much of an agent's sound."""
    samples = int(24_000 * seconds)
    return rtc.AudioFrame(data=b"\1\0" * samples, sample_rate=24_000, num_channels=1, samples_per_channel=samples)


class Caller:
    """What arrives at the other side."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.frames: list[tuple[float, bytes]] = []
        self.clears = 0
        self.finished: asyncio.Queue[PlaybackFinishedEvent] = asyncio.Queue()
        self.output = SocketOutput(send=self._hear, clear=self._clear)
        self.output.on("playback_finished", self.finished.put_nowait)

    async def _hear(self, frame: bytes) -> None:
        self.frames.append((time.monotonic(), frame))

    async def _clear(self) -> None:
        self.clears += 1


@pytest.fixture
async def caller() -> Caller:
    """A caller who listens."""
    return Caller()


async def test_a_callers_sound_keeps_its_order() -> None:
    """The recogniser hears what was said."""
    hearing = SocketInput()
    for number in (1, 2, 3):
        hearing.push(bytes([number, 0]) * 480)

    heard = [bytes((await hearing.__anext__()).data.cast("B"))[0] for _ in range(3)]

    assert heard == [1, 2, 3]


async def test_a_flood_is_cut_at_its_oldest_end() -> None:
    """Who sends an hour at once does not fill the memory."""
    hearing = SocketInput()
    for second in range(8):
        hearing.push(bytes([second, 0]) * 24_000)

    heard = [bytes((await hearing.__anext__()).data.cast("B"))[0] for _ in range(5)]

    assert heard == [3, 4, 5, 6, 7]


async def test_an_agent_is_heard_at_the_pace_of_speech(caller: Caller) -> None:
    """All at once, nobody could interrupt it."""
    began = time.monotonic()
    await caller.output.capture_frame(spoken(0.5))
    caller.output.flush()

    finished = await asyncio.wait_for(caller.finished.get(), 5)

    assert not finished.interrupted
    assert finished.playback_position == pytest.approx(0.5)
    assert b"".join(frame for _, frame in caller.frames) == b"\1\0" * 12_000
    assert {len(frame) for _, frame in caller.frames} == {FRAME_BYTES}
    assert time.monotonic() - began >= 0.5
    assert caller.frames[-1][0] - began >= 0.5 - LEAD_SECONDS - 0.05
    await caller.output.aclose()


async def test_an_interruption_is_told_with_what_was_heard(caller: Caller) -> None:
    """The model must know how much of its answer reached the caller."""
    await caller.output.capture_frame(spoken(10))
    caller.output.flush()
    while len(caller.frames) < 20:
        await asyncio.sleep(0.01)

    caller.output.clear_buffer()
    finished = await asyncio.wait_for(caller.finished.get(), 5)

    assert finished.interrupted
    assert 0.2 <= finished.playback_position <= 1.0
    assert caller.clears == 1
    assert len(caller.frames) < 60
    await caller.output.aclose()


async def test_a_pause_is_silent_and_goes_on_where_it_stopped(caller: Caller) -> None:
    """A cough is no interruption."""
    await caller.output.capture_frame(spoken(0.4))
    caller.output.flush()
    while not caller.frames:
        await asyncio.sleep(0.01)
    caller.output.pause()
    await asyncio.sleep(0.1)
    paused_at = len(caller.frames)
    await asyncio.sleep(0.3)
    still_at = len(caller.frames)

    caller.output.resume()
    finished = await asyncio.wait_for(caller.finished.get(), 5)

    assert still_at - paused_at <= 1
    assert finished.playback_position == pytest.approx(0.4)
    assert len(caller.frames) == 20
    await caller.output.aclose()


async def test_an_answer_that_comes_in_pieces_is_one(caller: Caller) -> None:
    """A voice that thinks between two sentences has not finished."""
    await caller.output.capture_frame(spoken(0.1))
    await asyncio.sleep(0.3)
    nothing_finished = caller.finished.empty()
    await caller.output.capture_frame(spoken(0.1))
    caller.output.flush()

    finished = await asyncio.wait_for(caller.finished.get(), 5)

    assert nothing_finished
    assert finished.playback_position == pytest.approx(0.2)
    await caller.output.aclose()
