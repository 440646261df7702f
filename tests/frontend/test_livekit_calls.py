"""A call over a real LiveKit server: heard both ways, survived, and from one agent only."""

import signal
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from contract.session import Reason, Speaker, State
from tests.fakes.call_platform import FakeCallPlatform
from tests.fakes.call_session import FakeCallSession
from tests.frontend.console import Console
from tests.frontend.room_agent import RoomAgent, Rooms
from tests.platform.livekit import LiveKit


@pytest.fixture
def rooms(livekit: LiveKit, platform: FakeCallPlatform) -> Rooms:
    """The server, which the platform lets callers into."""
    platform.livekit = rooms = Rooms(livekit)
    return rooms


@pytest.fixture
async def session(rooms: Rooms, console: Console, platform: FakeCallPlatform) -> FakeCallSession:  # noqa: ARG001
    """A call that was started from the page."""
    await console.start(transport="LiveKit")
    return await platform.session()


@pytest.fixture
async def agent(rooms: Rooms, session: FakeCallSession) -> AsyncIterator[RoomAgent]:
    """The agent that took it."""
    async with RoomAgent.joined(rooms, session.id, number=1, hums=True) as agent:
        await session.become(State.ACTIVE)
        yield agent


async def test_both_sides_hear_each_other(console: Console, agent: RoomAgent) -> None:
    """Real media, as real people have it."""
    await agent.until(lambda: agent.loudest > 1000)

    await console.hears_the_agent()


async def test_a_reload_comes_back_into_the_same_room(
    console: Console, session: FakeCallSession, agent: RoomAgent, platform: FakeCallPlatform
) -> None:
    """With a new token and the same identity; what was said is still there, and it ends as completed."""
    await session.commit(Speaker.CALLER, "before the reload")
    await console.sees_turns("before the reload")

    await console.reload()
    await agent.until(lambda: agent.arrivals == 2)
    await session.commit(Speaker.AGENT, "after the reload")

    await console.sees_turns("before the reload", "after the reload")
    await console.hears_the_agent()
    await console.hang_up()
    await session.complete(audio_url=f"{platform.url}/recording.wav")
    await console.sees(console.state, "Completed")
    await expect(console.page.locator("body > audio")).to_have_count(0)
    assert session.reason is Reason.HANGUP
    assert len(platform.sessions) == 1


async def test_only_the_newest_agent_is_heard(
    console: Console, rooms: Rooms, session: FakeCallSession, agent: RoomAgent
) -> None:
    """A fenced agent may come back and speak; the caller hears the later one, and then nobody."""
    await agent.until(lambda: agent.loudest > 1000)
    await console.hears_the_agent()

    async with RoomAgent.joined(rooms, session.id, number=2, hums=False):
        await expect(console.agent_speaks).to_have_count(0)
        await expect(console.page.locator("body > audio")).to_have_count(1)

    await expect(console.page.locator("body > audio")).to_have_count(0)
    await expect(console.agent_speaks).to_have_count(0)


async def test_silence_of_the_link_is_told(console: Console, rooms: Rooms, agent: RoomAgent) -> None:
    """The SDK notices a dead link late; the caller should know after three seconds, and when it is over."""
    await agent.until(lambda: agent.loudest > 1000)
    await console.hears_the_agent()

    rooms.server.process.send_signal(signal.SIGSTOP)
    try:
        await console.sees(console.link, "Connection problem")
    finally:
        rooms.server.process.send_signal(signal.SIGCONT)

    await console.sees(console.link, "Connected")


async def test_a_link_that_stays_silent_is_given_up_for_a_new_one(
    console: Console, rooms: Rooms, session: FakeCallSession, agent: RoomAgent, platform: FakeCallPlatform
) -> None:
    """After a blackout of half a minute the server has removed the caller, while the SDK goes on trying."""
    await agent.until(lambda: agent.loudest > 1000)
    await console.hears_the_agent()

    rooms.server.process.send_signal(signal.SIGSTOP)
    try:
        await platform.until(lambda: session.joins >= 2, seconds=40)
    finally:
        rooms.server.process.send_signal(signal.SIGCONT)

    await console.sees(console.link, "Connected")
