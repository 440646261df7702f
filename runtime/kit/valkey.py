"""How a process of ours reaches Valkey: bounded waits, a few retries, text in and out."""

from typing import Any

from pydantic import SecretStr
from redis import Redis
from redis import asyncio as redis_asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import TimeoutError as TimedOut
from redis.retry import Retry

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 5.0
RETRIES = 3  # a failover is shorter than their backoff; a longer outage is the caller's to answer
IDLE_CHECK_SECONDS = 30


def connect(url: str, *, password: SecretStr | None) -> Redis:
    """Answer a client that connects when it is first used.

    Args:
        url: `redis://` or `rediss://`, without a password.
    """
    client: Redis = Redis.from_url(url, **_options(password), retry=Retry(_backoff(), RETRIES))
    return client


def connect_async(url: str, *, password: SecretStr | None) -> redis_asyncio.Redis:
    """Answer the same for asyncio; a subscription needs a client of its own, since it waits without limit."""
    client: redis_asyncio.Redis = redis_asyncio.Redis.from_url(
        url, **_options(password), retry=AsyncRetry(_backoff(), RETRIES)
    )
    return client


def _backoff() -> ExponentialWithJitterBackoff:
    return ExponentialWithJitterBackoff(cap=1.0, base=0.05)


def _options(password: SecretStr | None) -> dict[str, Any]:
    return {
        "password": password.get_secret_value() if password else None,
        "decode_responses": True,
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": ANSWER_SECONDS,
        "health_check_interval": IDLE_CHECK_SECONDS,
        "retry_on_error": [Disconnected, TimedOut],
    }
