"""A call from the page, with the whole platform behind it: spoken into a browser's microphone, on both transports."""

import io
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from contract.voice_socket import SAMPLE_RATE
from tests.flows.conftest import RunningPlatform
from tests.frontend.browser import running_browser
from tests.frontend.console import Console, Transport
from tests.frontend.site import built
from voicectl.call.sound import from_text

LINE = "I would like to show you our new product."
QUIET_SECONDS = (4, 12)  # before and after it: the agent greets first, and answers
TURN_MS = 60_000.0


@pytest.fixture
async def tab(platform: RunningPlatform, tmp_path: Path) -> AsyncIterator[Page]:
    """A browser into which somebody speaks."""
    built()
    microphone = tmp_path / "microphone.wav"
    microphone.write_bytes(spoken(platform.state.running.addresses.speech, LINE))
    async with running_browser(microphone=microphone) as browser:
        yield await browser.new_page()


@pytest.mark.parametrize("transport", ["LiveKit", "WebSocket"])
async def test_a_call_survives_a_reload_and_ends_in_its_record(
    platform: RunningPlatform, tab: Page, transport: Transport
) -> None:
    """Two lines are seen, then the same call again, then the record with its film, complete."""
    console = Console(tab)
    await console.open(platform.state.running.addresses.page)
    await console.start(transport=transport)
    await expect(console.turns.nth(1)).to_be_visible(timeout=TURN_MS)
    first = await console.turns.first.text_content()
    call = await console.remembered()

    await console.reload()
    await console.sees(console.link, "Connected")
    await expect(console.turns.nth(2)).to_be_visible(timeout=TURN_MS)
    assert await console.remembered() == call
    assert await console.turns.first.text_content() == first

    await console.hang_up()
    await expect(console.state).to_have_text("Completed", timeout=TURN_MS)
    await console.sees(console.reason, "You hung up.")
    await expect(console.page.get_by_label("Recording", exact=True)).to_be_visible(timeout=TURN_MS)
    assert await console.plays_the_recording() > 3


def spoken(speech: str, line: str) -> bytes:
    """Answer a line, said by the platform's own voice between two silences."""
    said = from_text(line, speech_url=speech)
    before, after = (bytes(2 * SAMPLE_RATE * seconds) for seconds in QUIET_SECONDS)
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLE_RATE)
        sound.writeframes(before + said + after)
    return file.getvalue()
