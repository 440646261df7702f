"""The processes that pipelines are tried against, as fixtures; a `conftest.py` imports those its tests need."""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import aiohttp
import httpx
import pytest
import pytest_asyncio

from runtime.providers.app import PROVIDERS, addresses
from runtime.providers.control import Control
from tests.platform.waiting import wait_until
from tests.runtime.providers.served import served

LOADING_SECONDS = 120


@pytest.fixture(scope="session")
def providers_url() -> Iterator[str]:
    """The address of the loopback providers."""
    with served("runtime.providers") as url:
        yield url


@pytest.fixture(scope="session")
def urls(providers_url: str) -> dict[str, str]:
    """Where the plugins find each provider, by variable."""
    return addresses(urlsplit(providers_url).port or 0)


@pytest.fixture
def control(providers_url: str) -> Iterator[Control]:
    """What a test drives the providers by, which are as if they had just started."""
    with Control(providers_url) as control:
        for name in PROVIDERS:
            control.reset(name)
        yield control


@pytest.fixture(scope="session")
def speech_url() -> Iterator[str]:
    """The address of the speech server, once both models are loaded."""
    with served("runtime.providers.speech") as url:
        wait_until(lambda: httpx.get(f"{url}/readyz").is_success, what="the models", seconds=LOADING_SECONDS)
        yield url


@pytest.fixture(scope="session")
def real_urls(speech_url: str) -> Iterator[dict[str, str]]:
    """Where the plugins find providers that recognise and speak for real."""
    with served("runtime.providers", "--speech-url", f"{speech_url}/v1") as url:
        yield addresses(urlsplit(url).port or 0)


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """The connections of one call."""
    async with aiohttp.ClientSession() as session:
        yield session
