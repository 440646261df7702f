"""A built page on another origin than the API, in a real browser."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext

from tests.fakes.call_platform import FakeCallPlatform
from tests.frontend.browser import running_browser
from tests.frontend.console import Console
from tests.frontend.site import built, serving


@pytest.fixture(scope="session")
def built_page() -> Path:
    """The page of today's sources."""
    return built()


@pytest.fixture
async def platform() -> AsyncIterator[FakeCallPlatform]:
    """API and gateway."""
    async with FakeCallPlatform() as fake:
        yield fake


@pytest.fixture
def page_url(platform: FakeCallPlatform, built_page: Path) -> Iterator[str]:
    """The page with a development key."""
    with serving(built_page, api_url=platform.url, api_key=platform.api_key) as url:
        platform.origins.add(url)
        yield url


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser that gives the microphone."""
    async with running_browser() as running:
        yield running


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A person's own profile."""
    context = await browser.new_context(viewport={"width": 1000, "height": 860})
    yield context
    await context.close()


@pytest.fixture
async def console(context: BrowserContext, page_url: str) -> Console:
    """The page, open."""
    console = Console(await context.new_page())
    await console.open(page_url)
    return console
