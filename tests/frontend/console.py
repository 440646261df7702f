"""The console as a person uses it, whatever platform is behind it."""

import json
import re
from pathlib import Path
from typing import Any, Final, Literal

from playwright.async_api import Locator, Page, expect

PATIENCE_MS: Final = 15_000.0
AXE: Final = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS: Final = ("serious", "critical", "moderate")
Transport = Literal["LiveKit", "WebSocket"]


class Console:
    """One tab."""

    def __init__(self, page: Page) -> None:
        """Look at an open tab."""
        self.page = page
        page.set_default_timeout(PATIENCE_MS)

    async def open(self, url: str) -> None:
        """Go to the page."""
        await self.page.goto(url)
        await self.heading.wait_for()

    @property
    def heading(self) -> Locator:
        """Which view is shown."""
        return self.page.get_by_role("heading", level=1)

    @property
    def link(self) -> Locator:
        """The connection's state, in a word."""
        return self.page.locator(".call .link")

    @property
    def state(self) -> Locator:
        """The session's state, in words."""
        return self.page.get_by_test_id("state")

    @property
    def reason(self) -> Locator:
        """Why the call ended, in a sentence."""
        return self.page.get_by_test_id("reason")

    @property
    def cost(self) -> Locator:
        """What it costs."""
        return self.page.get_by_test_id("cost")

    @property
    def turns(self) -> Locator:
        """The lines of the transcript."""
        return self.page.locator(".turn-text")

    @property
    def problem(self) -> Locator:
        """What went wrong, as it is read out."""
        return self.page.get_by_role("alert")

    @property
    def agent_speaks(self) -> Locator:
        """The sign that the agent is heard."""
        return self.page.locator('.speaking[data-speaking="true"]')

    async def start(
        self, *, transport: Transport, pipeline: str = "local", language: str = "en", waits: bool = True
    ) -> None:
        """Fill the form in and start."""
        await self.page.get_by_label("Pipeline").select_option(pipeline)
        await self.page.get_by_label("Language").select_option(language)
        await self.page.get_by_role("radio", name=transport).check()
        await self.press("Start the call")
        if waits:
            await expect(self.link).to_have_text("Connected", timeout=PATIENCE_MS)

    async def press(self, name: str) -> None:
        """Press a button."""
        await self.page.get_by_role("button", name=name).click()

    async def enter_key(self, key: str) -> None:
        """Give the API key where the page asks for it."""
        await self.page.get_by_label("API key").fill(key)
        await self.press("Continue")

    async def reload(self) -> None:
        """Do what a person does when a page looks stuck."""
        await self.page.reload()

    async def remembered(self) -> str:
        """Answer what this tab would come back by."""
        return str(await self.page.evaluate("() => sessionStorage.getItem('voiceplane.call')"))

    async def remember(self, call: str) -> None:
        """Be a tab that was restored, or duplicated: it is in a call before it is opened."""
        await self.page.add_init_script(f"sessionStorage.setItem('voiceplane.call', {json.dumps(call)})")

    async def hang_up(self) -> None:
        """Hang up, and wait for the record."""
        await self.press("Hang up")
        await expect(self.heading).to_have_text("Call record", timeout=PATIENCE_MS)

    async def sees(self, where: Locator, text: str | re.Pattern[str]) -> None:
        """Wait until there is this text."""
        await expect(where).to_contain_text(text, timeout=PATIENCE_MS)

    async def sees_turns(self, *texts: str) -> None:
        """Wait until the transcript is exactly this."""
        await expect(self.turns).to_have_text(list(texts), timeout=PATIENCE_MS)

    async def hears_the_agent(self) -> None:
        """Wait until sound comes out."""
        await expect(self.agent_speaks).to_have_count(1, timeout=PATIENCE_MS)

    async def plays_the_recording(self) -> float:
        """Play what was recorded, and answer its length in seconds."""
        played: float = await self.page.get_by_label("Recording", exact=True).evaluate(
            """async (player) => {
                player.muted = true;
                await player.play();
                return player.duration;
            }"""
        )
        return played

    async def accessibility_faults(self) -> list[str]:
        """Answer what axe finds, one line each."""
        await self.page.evaluate(AXE.read_text())
        found: dict[str, Any] = await self.page.evaluate("() => axe.run(document)")
        return [
            f"{fault['id']}: {node['html']} {node['failureSummary']}"
            for fault in found["violations"]
            if fault["impact"] in SERIOUS
            for node in fault["nodes"]
        ]
