"""A call from the page: it is started, followed, survived, hung up and read, over the gateway's sockets."""

import re
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from contract.session import Reason, Speaker, State
from contract.voice_socket import CLOSE_RESTART, ServerMessage
from tests.fakes.call_platform import FakeCallPlatform
from tests.frontend.console import Console
from tests.frontend.site import serving

pytestmark = pytest.mark.xdist_group("page")


async def test_a_call_is_started_as_it_was_chosen(console: Console, platform: FakeCallPlatform) -> None:
    """The form is the request; another origin than the API's must be enough to send it."""
    await console.start(transport="WebSocket", pipeline="deepgram_openai", language="ja")

    session = await platform.session()

    assert session.wanted == {"simulation_service": "deepgram_openai", "transport": "websocket", "language": "ja"}
    await console.sees(console.state, "In the call")


async def test_a_platform_without_livekit_offers_what_it_has(
    context: BrowserContext, platform: FakeCallPlatform, built_page: Path
) -> None:
    """A choice that can only fail is none; what is left is chosen already."""
    with serving(built_page, api_url=platform.url, api_key=platform.api_key, transports=["websocket"]) as url:
        platform.origins.add(url)
        console = Console(await context.new_page())
        await console.open(url)
        offered = [await radio.get_attribute("value") for radio in await console.page.get_by_role("radio").all()]

        await console.press("Start the call")

        assert offered == ["websocket"]
        assert (await platform.session()).wanted["transport"] == "websocket"


async def test_the_caller_is_heard(console: Console, platform: FakeCallPlatform) -> None:
    """Frames of 20 ms at 24 kHz, with sound in them, at the pace at which it is said."""
    await console.start(transport="WebSocket")
    session = await platform.session()

    await platform.until(lambda: len(session.frames) >= 100 and session.loudest > 1000)

    assert set(session.frames) == {960}


async def test_the_agent_is_heard_until_it_is_interrupted(console: Console, platform: FakeCallPlatform) -> None:
    """Ten seconds came at once; what the caller interrupts is not played to its end."""
    await console.start(transport="WebSocket")
    session = await platform.session()
    await session.play(seconds=10)
    await console.hears_the_agent()

    await session.tell(ServerMessage(type="clear"))

    await expect(console.agent_speaks).to_have_count(0, timeout=3000)


async def test_what_is_said_is_shown_as_it_is_said(console: Console, platform: FakeCallPlatform) -> None:
    """In order and once, though the line and the events both tell; with latency, and the cost so far."""
    await console.start(transport="WebSocket")
    session = await platform.session()

    await session.commit(Speaker.CALLER, "Hello, is anybody there?")
    await session.commit(Speaker.AGENT, "Yes. What can I do for you?", latency_ms=640)
    await session.price(0.0123)

    await console.sees_turns("Hello, is anybody there?", "Yes. What can I do for you?")
    await console.sees(console.page.locator(".latency"), "answered in 0.64 s")
    await console.sees(console.cost, "$0.0123")
    await expect(console.page.get_by_role("log")).to_have_attribute("aria-live", "polite")


async def test_a_reload_comes_back_into_the_same_call(console: Console, platform: FakeCallPlatform) -> None:
    """Only a hang-up ends a call: the transcript from before is there, and goes on."""
    await console.start(transport="WebSocket")
    session = await platform.session()
    await session.commit(Speaker.CALLER, "before the reload")
    await console.sees_turns("before the reload")

    await console.reload()
    await platform.until(lambda: session.joins == 2)
    await session.commit(Speaker.AGENT, "after the reload")

    await console.sees_turns("before the reload", "after the reload")
    await console.sees(console.link, "Connected")
    assert len(platform.sessions) == 1


async def test_a_hang_up_ends_the_call_and_shows_its_record(console: Console, platform: FakeCallPlatform) -> None:
    """State, reason, turns, usage, cost, and the recording playing."""
    await console.start(transport="WebSocket")
    session = await platform.session()
    await session.commit(Speaker.AGENT, "Good bye.", latency_ms=700)
    await session.price(0.02)

    await console.hang_up()
    await console.sees(console.state, "the record is being finished")
    await session.complete(audio_url=f"{platform.url}/recording.wav")

    await console.sees(console.state, "Completed")
    await console.sees(console.reason, "You hung up.")
    await console.sees_turns("Good bye.")
    await console.sees(console.cost, "$0.02")
    await console.sees(console.page.get_by_role("table"), "1,250 input tokens")
    await console.sees(console.page.get_by_role("table"), "no price")
    assert await console.plays_the_recording() == pytest.approx(1.0, abs=0.05)
    assert session.reason is Reason.HANGUP


async def test_after_a_call_another_one_is_started(console: Console, platform: FakeCallPlatform) -> None:
    """Nothing of the first is left in it."""
    await console.start(transport="WebSocket")
    first = await platform.session()
    await first.commit(Speaker.AGENT, "the first call")
    await console.hang_up()

    await console.press("New call")
    await console.start(transport="WebSocket")
    await platform.until(lambda: len(platform.sessions) == 2 and platform.sessions[-1].joins == 1)

    await expect(console.turns).to_have_count(0)


async def test_a_call_that_the_agent_ends_is_over_here_too(console: Console, platform: FakeCallPlatform) -> None:
    """The person is told why, without pressing anything."""
    await console.start(transport="WebSocket")
    session = await platform.session()

    await session.end(Reason.STOP_WORD)

    await console.sees(console.heading, "Call record")
    await console.sees(console.reason, "A stop word was said.")


async def test_a_lost_line_comes_back_by_itself(console: Console, platform: FakeCallPlatform) -> None:
    """Each return has a ticket of its own, in the same session."""
    await console.start(transport="WebSocket")
    session = await platform.session()
    assert session.line is not None

    await session.line.close(code=CLOSE_RESTART)
    await platform.until(lambda: session.joins == 2)

    await console.sees(console.link, "Connected")
    assert len(platform.sessions) == 1


async def test_a_gateway_that_goes_away_is_left_for_another(console: Console, platform: FakeCallPlatform) -> None:
    """Events come over a new socket, and what was said in between is read from the record."""
    await console.start(transport="WebSocket")
    session = await platform.session()

    await platform.close_event_sockets(CLOSE_RESTART)
    session.line, line = None, session.line  # nobody tells of this turn
    await session.commit(Speaker.AGENT, "said meanwhile")
    session.line = line
    await platform.until(lambda: bool(session.watchers))

    await console.sees_turns("said meanwhile")


async def test_the_call_that_goes_on_elsewhere_is_let_go_here(
    console: Console, context: BrowserContext, page_url: str, platform: FakeCallPlatform
) -> None:
    """A call has one caller: the tab that was replaced says so, and can take the call back."""
    await console.start(transport="WebSocket")
    session = await platform.session()
    other = Console(await context.new_page())
    await other.remember(await console.remembered())

    await other.open(page_url)
    await platform.until(lambda: session.joins == 2)
    await console.sees(console.problem, "The call goes on in another tab")
    await console.press("Try again")
    await platform.until(lambda: session.joins == 3)

    await other.sees(other.problem, "The call goes on in another tab")
    assert session.state is State.ACTIVE


async def test_muting_silences_the_caller(console: Console, platform: FakeCallPlatform) -> None:
    """The line stays open: frames go on, without sound."""
    await console.start(transport="WebSocket")
    session = await platform.session()
    await platform.until(lambda: session.loudest > 1000)

    await console.press("Mute")
    await expect(console.page.get_by_role("button", name="Unmute")).to_have_attribute("aria-pressed", "true")
    muted_at = len(session.frames)
    await platform.until(lambda: len(session.frames) > muted_at + 50)
    session.loudest = 0
    await platform.until(lambda: len(session.frames) > muted_at + 150)

    assert session.loudest < 50


async def test_a_call_that_ended_while_the_page_was_away_shows_its_record(
    console: Console, platform: FakeCallPlatform
) -> None:
    """The way back is refused, which is no error: it is news."""
    await console.start(transport="WebSocket")
    session = await platform.session()
    await console.page.goto("about:blank")
    await platform.until(lambda: session.state is State.RECONNECTING)
    await session.end(Reason.NOT_REJOINED)

    await console.page.go_back()

    await console.sees(console.heading, "Call record")
    await console.sees(console.reason, re.compile("You did not come back in time"))
