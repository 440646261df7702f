"""What can go wrong is said as what, why and what to do, and nothing is lost by it."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from tests.fakes.call_platform import FakeCallPlatform
from tests.frontend.browser import running_browser
from tests.frontend.console import Console
from tests.frontend.site import serving

# Chromium holds nothing back from a page that is driven by Playwright: each of its looks counts as a touch.
SOUND_HELD_BACK = """
window.AudioContext = class extends AudioContext {
  constructor(options) {
    super(options);
    this.suspend();
  }
};
"""
pytestmark = pytest.mark.xdist_group("page")


async def test_a_microphone_that_is_denied_costs_no_session(platform: FakeCallPlatform, page_url: str) -> None:
    """It is asked for first, and the person is told where to allow it."""
    async with running_browser(allows_microphone=False) as browser:
        console = Console(await browser.new_page())
        await console.open(page_url)

        await console.start(transport="WebSocket", waits=False)

        await console.sees(console.problem, "The microphone is blocked")
        await console.sees(console.problem, "Allow the microphone in the browser's address bar")
    assert platform.sessions == []


async def test_a_browser_that_holds_sound_back_is_asked(context: BrowserContext, page_url: str) -> None:
    """As in a tab that nobody has touched yet, a reloaded one say: both directions wait for a button."""
    console = Console(await context.new_page())
    await console.page.add_init_script(SOUND_HELD_BACK)
    await console.open(page_url)
    await console.start(transport="WebSocket")
    await console.sees(console.page.locator(".banner"), "Your browser holds the sound back")

    await console.press("Play the sound")

    await expect(console.page.locator(".banner")).to_have_count(0)


async def test_a_refusal_is_told_in_the_apis_words(console: Console, platform: FakeCallPlatform) -> None:
    """problem+json carries title, detail and hint: all three are shown, and the form stays filled in."""
    told = {"title": "Unknown pipeline", "detail": "simulation_service is 'x'", "hint": "choose one of local"}
    platform.refusals.append((422, {"code": "pipeline_unknown", **told}))

    await console.start(transport="WebSocket", pipeline="gemini_chat", waits=False)

    for words in told.values():
        await console.sees(console.problem, words)
    await expect(console.page.get_by_label("Pipeline")).to_have_value("gemini_chat")


async def test_an_answer_that_was_lost_is_asked_for_again(console: Console, platform: FakeCallPlatform) -> None:
    """With the same Idempotency-Key, so that there is one session."""
    platform.refusals.append((503, {"code": "store_unavailable", "title": "A store does not answer"}))

    await console.start(transport="WebSocket")

    assert platform.asked.count(("POST", "/sessions")) == 2
    assert len(platform.sessions) == 1


async def test_an_api_that_is_down_is_named(console: Console, platform: FakeCallPlatform) -> None:
    """A load balancer's own page has no problem+json."""
    platform.is_down = True

    await console.start(transport="WebSocket", waits=False)

    await console.sees(console.problem, "The API answered 503")


async def test_an_api_that_does_not_know_the_page_is_named(console: Console, platform: FakeCallPlatform) -> None:
    """A browser shows no answer of an origin that does not allow the page."""
    platform.origins.clear()

    await console.start(transport="WebSocket", waits=False)

    await console.sees(console.problem, "The API does not answer")
    await console.sees(console.problem, "does not allow this page's origin")


async def test_a_busy_service_is_waited_for(console: Console, platform: FakeCallPlatform) -> None:
    """The session stays the same while the page tries again."""
    platform.is_busy = True
    await console.start(transport="WebSocket", waits=False)
    await console.sees(console.problem, "All lines are busy")

    platform.is_busy = False

    await console.sees(console.link, "Connected")
    await expect(console.problem).to_be_empty()
    assert len(platform.sessions) == 1


async def test_a_hang_up_that_was_not_heard_can_be_tried_again(console: Console, platform: FakeCallPlatform) -> None:
    """The call is still on, and the page says so instead of pretending."""
    await console.start(transport="WebSocket")
    session = await platform.session()
    platform.is_down = True
    await console.press("Hang up")
    await console.sees(console.problem, "The API answered 503")
    assert session.is_open

    platform.is_down = False
    await console.hang_up()

    assert not session.is_open


async def test_without_a_key_in_the_page_the_person_enters_it(
    browser: Browser, platform: FakeCallPlatform, built_page: Path
) -> None:
    """As on AWS; it survives a reload in this tab, and is in no other place than its session storage."""
    with serving(built_page, api_url=platform.url, api_key="") as url:
        platform.origins.add(url)
        console = Console(await browser.new_page())
        await console.open(url)
        await console.sees(console.heading, "Sign in")

        await console.enter_key(platform.api_key)
        await console.reload()
        await console.start(transport="WebSocket")

        kept = await console.page.evaluate("() => [Object.values(sessionStorage), Object.values(localStorage)]")
        assert platform.api_key in kept[0]
        assert kept[1] == []


async def test_a_key_that_is_refused_is_asked_for_again(
    browser: Browser, platform: FakeCallPlatform, built_page: Path
) -> None:
    """And a wrong one is not kept."""
    with serving(built_page, api_url=platform.url, api_key="") as url:
        platform.origins.add(url)
        console = Console(await browser.new_page())
        await console.open(url)
        await console.enter_key("not the key")
        await console.start(transport="WebSocket", waits=False)

        await console.sees(console.heading, "Sign in")
        await console.sees(console.problem, "The API key was refused")

        assert await console.page.evaluate("() => Object.values(sessionStorage)") == []
