"""One process of loopback providers for all tests; each test finds it as if it had just started."""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import aiohttp
import pytest
import pytest_asyncio

from runtime.providers.app import PROVIDERS, addresses
from runtime.providers.control import Control
from tests.runtime.providers.served import served


@pytest.fixture(scope="session")
def providers_url() -> Iterator[str]:
    """The address of the process."""
    with served("runtime.providers") as url:
        yield url


@pytest.fixture(scope="session")
def urls(providers_url: str) -> dict[str, str]:
    """Where the plugins find each provider, by variable."""
    return addresses(urlsplit(providers_url).port or 0)


@pytest.fixture
def control(providers_url: str) -> Iterator[Control]:
    """What a test drives the providers by."""
    with Control(providers_url) as control:
        for name in PROVIDERS:
            control.reset(name)
        yield control


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """The connections of one call."""
    async with aiohttp.ClientSession() as session:
        yield session
