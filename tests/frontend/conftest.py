"""A built page, served by `voicectl up`'s own server from another origin than the API, in a real browser."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from playwright.async_api import Browser, BrowserContext

from tests.fakes.call_platform import FakeCallPlatform
from tests.frontend.browser import running_browser
from tests.frontend.console import Console
from voicectl.up.page import page_server

FRONTEND = Path(__file__).parents[2] / "frontend"
SOURCES = ("src", "public", "index.html", "package-lock.json", "vite.config.ts")


@pytest.fixture(scope="session")
def built_page() -> Path:
    """The page as `make page` builds it; an older one would prove nothing."""
    page = FRONTEND / "dist" / "index.html"
    files = [file for name in SOURCES for file in [FRONTEND / name, *(FRONTEND / name).rglob("*")] if file.is_file()]
    newest = max(file.stat().st_mtime for file in files)
    if not page.exists() or page.stat().st_mtime < newest:
        pytest.fail("frontend/dist is missing or older than its source; run `make page`")
    return page.parent


@contextmanager
def serving(folder: Path, *, api_url: str, api_key: str) -> Iterator[str]:
    """Serve the page, and answer its origin."""
    server = page_server(folder, 0, api_url=api_url, api_key=api_key)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


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
