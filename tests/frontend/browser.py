"""Debian's Chromium with a microphone that beeps; no browser is ever downloaded."""

import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, async_playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
FLAGS: Final = (
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--no-sandbox",  # CI is root in a container
    "--disable-dev-shm-usage",
)
ALLOW: Final = "--use-fake-ui-for-media-stream"  # answers the microphone prompt with yes
DENY: Final = "--deny-permission-prompts"


def chromium(variables: Mapping[str, str] = os.environ) -> Path:
    """Find it; where CI=true it must be there."""
    found = next(filter(None, (shutil.which(name, path=variables["PATH"]) for name in NAMES)), None)
    if found:
        return Path(found)
    if variables.get("CI") == "true":
        pytest.fail("no Chromium on PATH; CI must install it: apt-get install chromium")
    pytest.skip("no Chromium on PATH; apt-get install chromium")


@asynccontextmanager
async def running_browser(*, allows_microphone: bool = True, microphone: Path | None = None) -> AsyncIterator[Browser]:
    """Run one.

    Args:
        allows_microphone: Whether the person says yes when the page asks for it.
        microphone: What is said into it, again and again, as a WAV; beeps unless given.
    """
    flags = [*FLAGS, ALLOW if allows_microphone else DENY]
    if microphone is not None:
        flags.append(f"--use-file-for-fake-audio-capture={microphone}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=flags)
        try:
            yield browser
        finally:
            await browser.close()
