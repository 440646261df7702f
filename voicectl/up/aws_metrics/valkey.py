"""The one Valkey in the place of the first nodes of ElastiCache's two groups."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

from redis.exceptions import RedisError

from contract import aws_metrics as aws
from contract.environment import LiveStateEnv
from runtime.kit.valkey import connect_async
from voicectl.up.aws_metrics.readings import Growth, Reading
from voicectl.up.aws_metrics.wanted import VALKEY
from voicectl.up.errors import Unmeasured

ANSWER_SECONDS: Final = 2.0
OWN: Final = 1  # connection, which measures and is not counted


class Valkey:
    """Measures by what the server says of itself, so that one which a person brought is measured too."""

    name = VALKEY

    def __init__(self, environment: LiveStateEnv) -> None:
        """Connect later."""
        self._client = connect_async(environment.live_redis_url, password=environment.live_redis_password)
        self._growth = Growth()

    async def look(self) -> list[Reading]:
        """Measure it."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                said: Mapping[str, Any] = await self._client.info()
        except (RedisError, OSError) as silent:
            raise Unmeasured(f"valkey: {type(silent).__name__}") from None
        return list(self._readings(said))

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()

    def _readings(self, said: Mapping[str, Any]) -> Iterator[Reading]:
        yield Reading(aws.CACHE_CONNECTIONS, VALKEY, said["connected_clients"] - OWN)
        # Without a limit of its own it may take all of the machine's.
        limit = said["maxmemory"] or said["total_system_memory"]
        yield Reading(aws.CACHE_MEMORY, VALKEY, 100 * said["used_memory"] / limit)
        evictions = self._growth.of("evictions", said["evicted_keys"])
        if evictions is not None:
            yield Reading(aws.CACHE_EVICTIONS, VALKEY, evictions)
        passed, busy = self._growth.of("clock", time.monotonic()), self._growth.of("thread", _thread_seconds(said))
        if passed and busy is not None:
            yield Reading(aws.CACHE_CPU, VALKEY, 100 * busy / passed)


def _thread_seconds(said: Mapping[str, Any]) -> float:
    """CPU of the one thread that answers; only Linux tells, elsewhere it is all of the server's."""
    thread = "_main_thread" if "used_cpu_user_main_thread" in said else ""
    return float(said[f"used_cpu_user{thread}"]) + float(said[f"used_cpu_sys{thread}"])
