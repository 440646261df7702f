"""How a process is asked whether it is ready: each probe answers why not, or nothing."""

import asyncio
import os
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from typing import NamedTuple

PROBE_SECONDS = 3.0


Probe = Callable[[], Awaitable[str]]
"""One question to a process: why is it not ready? Empty when it is."""


class HttpProbe(NamedTuple):
    """Ready when the URL answers 2xx."""

    url: str

    async def __call__(self) -> str:
        """Ask in a thread, because urllib waits."""
        return await asyncio.to_thread(self._ask)

    def _ask(self) -> str:
        # Whatever proxy the person has, loopback is not behind it.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(self.url, timeout=PROBE_SECONDS):
                return ""
        except urllib.error.HTTPError as refused:
            return f"answers {refused.code}"
        except OSError:
            return "does not answer"


class TcpProbe(NamedTuple):
    """Ready when something listens, and answers.

    Attributes:
        ask: Sent, and anything must come back: the kernel takes connections for a process that hangs. Empty where
            connecting is enough.
    """

    port: int
    host: str = "127.0.0.1"
    ask: bytes = b""

    async def __call__(self) -> str:
        """Connect, ask, and hang up."""
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                reader, writer = await asyncio.open_connection(self.host, self.port)
                writer.write(self.ask)
                answered = not self.ask or await reader.read(1)
        except TimeoutError:
            return "does not answer"
        except OSError:
            return f"nothing listens on {self.port}"
        writer.close()
        return "" if answered else "hangs up"


class CommandProbe(NamedTuple):
    """Ready when a command succeeds; it is given no secret."""

    command: tuple[str, ...]

    async def __call__(self) -> str:
        """Run it, for as long as a probe may take."""
        asked = await asyncio.create_subprocess_exec(
            *self.command,
            env={"PATH": os.defpath},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                code = await asked.wait()
        except TimeoutError:
            asked.kill()
            await asked.wait()
            return "does not answer"
        return "" if code == 0 else "does not accept connections yet"
