"""Valkey's numbers are its own, and there are none while it does not answer."""

import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, closing

import pytest
from pydantic import SecretStr
from redis import Redis

from contract.environment import LiveStateEnv
from tests.platform.valkey import Valkey as Server
from tests.voicectl.up.aws_metrics.telling import named
from voicectl.up.aws_metrics.valkey import Valkey
from voicectl.up.errors import Unmeasured

MIB = 1024**2


@pytest.fixture
async def source(live_valkey: Server) -> AsyncIterator[Valkey]:
    """What measures it."""
    measuring = Valkey(LiveStateEnv(live_redis_url=live_valkey.url, live_redis_password=SecretStr("")))
    yield measuring
    await measuring.close()


@pytest.fixture
def client(live_valkey: Server) -> "Redis":
    """A client of the test's."""
    return live_valkey.client()


async def test_every_connection_but_its_own_is_counted(source: Valkey, live_valkey: Server) -> None:
    """Seven more are seven more."""
    before = named(await source.look())["CurrConnections"]

    with ExitStack() as seven:
        for _ in range(7):
            seven.enter_context(closing(live_valkey.client())).ping()
        after = named(await source.look())["CurrConnections"]
        said = live_valkey.client().info("clients")["connected_clients"]

    assert after - before == 7
    assert said >= after + 1


async def test_memory_is_a_share_of_the_limit_or_of_the_machine(source: Valkey, client: "Redis") -> None:
    """A server without a limit may take all there is."""
    said = client.info("memory")
    without = named(await source.look())["DatabaseMemoryUsagePercentage"]

    client.config_set("maxmemory", 2 * said["used_memory"])
    try:
        limited = named(await source.look())["DatabaseMemoryUsagePercentage"]
    finally:
        client.config_set("maxmemory", 0)

    assert said["maxmemory"] == 0
    assert without == pytest.approx(100 * said["used_memory"] / said["total_system_memory"], rel=0.5)
    assert limited == pytest.approx(50, abs=20)


async def test_what_is_thrown_away_is_counted_since_the_look_before(source: Valkey, client: "Redis") -> None:
    """Of a counter that begins with the server only the difference says anything."""
    first = named(await source.look())
    before = client.info("stats")["evicted_keys"]
    client.config_set("maxmemory-policy", "allkeys-lru")
    client.config_set("maxmemory", client.info("memory")["used_memory"] + MIB)
    try:
        for number in range(40):
            client.set(f"test:thrown:{number}", "x" * 100_000)
        thrown = client.info("stats")["evicted_keys"] - before
        second, third = named(await source.look()), named(await source.look())
    finally:
        client.config_set("maxmemory", 0)
        client.config_set("maxmemory-policy", "noeviction")
        client.delete(*[f"test:thrown:{number}" for number in range(40)])

    assert "Evictions" not in first
    assert thrown > 0
    assert (second["Evictions"], third["Evictions"]) == (thrown, 0)


async def test_its_one_thread_is_busy_by_what_it_is_asked(source: Valkey, client: "Redis") -> None:
    """From the second look on: it is a share of the time between two."""
    first = named(await source.look())
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        client.eval("local n = 0 for i = 1, 1000000 do n = n + i end return n", 0)

    busy = named(await source.look())["EngineCPUUtilization"]

    assert "EngineCPUUtilization" not in first
    assert 5 < busy <= 105, "some are lost to others on this machine; none is counted twice"


async def test_a_server_that_hangs_has_no_numbers(source: Valkey, client: "Redis") -> None:
    """It is found out within seconds, and measured again when it answers."""
    await source.look()
    pid = client.info("server")["process_id"]
    os.kill(pid, signal.SIGSTOP)
    begun = time.monotonic()
    try:
        with pytest.raises(Unmeasured, match="valkey: TimeoutError"):
            await source.look()
    finally:
        os.kill(pid, signal.SIGCONT)
    took = time.monotonic() - begun

    assert "CurrConnections" in named(await source.look())
    assert took < 5


async def test_a_server_that_was_started_again_counts_from_nothing(source: Valkey, live_valkey: Server) -> None:
    """What it used since then is what is told, never less than nothing."""
    live_valkey.client().eval("local n = 0 for i = 1, 20000000 do n = n + i end return n", 0)
    await source.look()

    with live_valkey.outage(), pytest.raises(Unmeasured):
        await source.look()
    back = named(await source.look())

    assert back["Evictions"] == 0
    assert back["EngineCPUUtilization"] >= 0
