"""Serve an aiohttp application on 127.0.0.1 until SIGTERM or Ctrl-C."""

import asyncio
import errno
import signal
import sys
from typing import Final

from aiohttp import web

HOST: Final = "127.0.0.1"  # whoever reaches these servers may make them lie
CLOSE_SECONDS: Final = 3  # open sockets are given so long at the end


async def start(app: web.Application, *, port: int) -> tuple[web.AppRunner, int]:
    """Serve in the background, on a free port if it is 0; answer who to clean up, and the port.

    Raises:
        OSError: The port is in use.
    """
    # A handler whose client has gone is cancelled; a silent answer would wait for ever.
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=CLOSE_SECONDS, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner, int(runner.addresses[0][1])


def serve(app: web.Application, *, port: int, name: str) -> None:
    """Serve until the process is told to end; a port in use ends it at once, as 1."""
    try:
        asyncio.run(_serve(app, port=port))
    except OSError as refused:
        if refused.errno != errno.EADDRINUSE:
            raise
        sys.exit(f"{name}: {HOST}:{port} is in use; choose another --port, or 0")


async def _serve(app: web.Application, *, port: int) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    runner, served = await start(app, port=port)
    print(f"serving on http://{HOST}:{served}", flush=True)  # whoever asked for port 0 reads it here
    try:
        await told.wait()
    finally:
        await runner.cleanup()
