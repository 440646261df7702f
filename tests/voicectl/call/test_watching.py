"""What a caller is shown of a call goes on when the gateway that tells it goes away."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from contract.services import EVENTS_PATH
from contract.session import SessionEvent, Speaker, State
from contract.voice_socket import CLOSE_RESTART
from tests.fakes.call_platform import FakeCallPlatform
from tests.fakes.call_session import FakeCallSession
from voicectl.call.api import Api
from voicectl.call.watching import Watch


class Screen:
    """What was shown, in order."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.shown: list[str] = []
        self._news = asyncio.Event()

    def event(self, event: SessionEvent) -> None:
        """Show a turn or a state."""
        self.shown.append(event.turn.text if event.turn else str(event.state))
        self._news.set()

    async def until(self, *shown: str) -> None:
        """Wait until exactly this was shown."""
        async with asyncio.timeout(20):
            while self.shown != list(shown):
                self._news.clear()
                await self._news.wait()


@pytest.fixture
async def platform() -> AsyncIterator[FakeCallPlatform]:
    """API and gateway."""
    async with FakeCallPlatform() as fake:
        yield fake


@pytest.fixture
def screen() -> Screen:
    """A terminal."""
    return Screen()


@pytest.fixture
async def session(platform: FakeCallPlatform, screen: Screen) -> AsyncIterator[FakeCallSession]:
    """A session that is watched."""
    api = Api(platform.url, key=platform.api_key)
    wanted = {"simulation_service": "local", "transport": "websocket", "language": "en"}
    opened = await asyncio.to_thread(api.post, "/sessions", wanted, key="once")
    url = f"ws://127.0.0.1:{platform.port}{EVENTS_PATH}"
    watching = asyncio.create_task(Watch(api, opened["id"], url=url, on_event=screen.event).run())
    found = platform.sessions[0]
    await platform.until(lambda: bool(found.watchers))
    yield found
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    api.close()


async def test_turns_go_on_after_a_restart_of_the_gateway(
    platform: FakeCallPlatform, session: FakeCallSession, screen: Screen
) -> None:
    """A deployment is not the end of a call; it is asked again with a new ticket, for the old one is used up."""
    await session.commit(Speaker.AGENT, "Good morning.")
    await screen.until("dispatched", "Good morning.")

    await platform.close_event_sockets(CLOSE_RESTART)
    await platform.until(lambda: not session.watchers)
    await platform.until(lambda: bool(session.watchers))
    await session.commit(Speaker.CALLER, "Hello.")

    await screen.until("dispatched", "Good morning.", "Hello.")
    assert platform.asked.count(("POST", f"/sessions/{session.id}/ticket")) == 2


async def test_what_was_said_while_nobody_told_it_is_shown_once(
    platform: FakeCallPlatform, session: FakeCallSession, screen: Screen
) -> None:
    """It is in the record, and a gateway takes seconds to come back; API and gateway may be away together."""
    await session.commit(Speaker.AGENT, "Good morning.")
    await screen.until("dispatched", "Good morning.")

    platform.is_down = True
    await platform.close_event_sockets(CLOSE_RESTART)
    await platform.until(lambda: not session.watchers)
    await session.commit(Speaker.CALLER, "Hello.")
    platform.is_down = False

    await screen.until("dispatched", "Good morning.", "Hello.")
    await session.become(State.ACTIVE)
    await screen.until("dispatched", "Good morning.", "Hello.", "active")
