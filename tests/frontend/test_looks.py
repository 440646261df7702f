"""The console can be read and used by everybody: on a phone, in the dark, by keyboard, by ear."""

import pytest
from playwright.async_api import Browser, expect

from tests.fakes.call_platform import FakeCallPlatform
from tests.frontend.console import Console
from tests.frontend.pictures import Scene, start
from tests.frontend.scenes import in_call, recorded, refused, troubled

pytestmark = pytest.mark.xdist_group("page")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("scene", [start, refused, in_call, troubled, recorded])
async def test_axe_finds_nothing_on_a_phone(
    browser: Browser, page_url: str, platform: FakeCallPlatform, scene: Scene, scheme: str
) -> None:
    """Names, roles, contrast and order, in each scene, at 390 pixels; and nothing has to be scrolled sideways."""
    context = await browser.new_context(
        viewport={"width": 390, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,  # axe comes from outside
    )
    console = Console(await context.new_page())
    await console.open(page_url)

    await scene(console, platform)

    assert await console.accessibility_faults() == []
    assert await console.page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_a_call_is_made_with_the_keyboard_alone(console: Console, platform: FakeCallPlatform) -> None:
    """Whoever cannot use a mouse starts, mutes and hangs up in the order of the page."""
    keyboard = console.page.keyboard
    await console.page.get_by_role("radio", name="LiveKit").focus()
    await keyboard.press("ArrowDown")
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    session = await platform.session()
    await expect(console.heading).to_be_focused()

    for name in ("Transcript", "Mute", "Hang up"):
        await keyboard.press("Tab")
        focused = console.page.locator(":focus")
        await expect(focused).to_have_accessible_name(name)
    await keyboard.press("Enter")

    await console.sees(console.heading, "Call record")
    await expect(console.heading).to_be_focused()
    assert session.wanted["transport"] == "websocket"


async def test_nothing_but_the_page_itself_may_run_in_it(console: Console) -> None:
    """It holds a key: a script that somebody slips into an answer must not run."""
    await console.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.slipped = true";
            document.body.append(script);
        }"""
    )

    assert await console.page.evaluate("window.slipped") is None
