"""`python -m runtime.gateway`: serve until SIGTERM, and then until the last voice call has ended."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from agent import pipelines
from contract.environment import GatewayEnv
from contract.services import WEBSOCKET
from contract.timing import WEBSOCKET_PING_SECONDS
from contract.voice_socket import MAX_FRAME_BYTES
from runtime.gateway.app import Gateway
from runtime.kit.beginning import begin
from runtime.kit.ending import end


class _Server(uvicorn.Server):
    """uvicorn, but for its signal handlers: they would close every socket at once (facts: reliability B3)."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us."""
        yield


async def serve(environment: GatewayEnv) -> None:
    """Serve until told to stop, drained."""
    gateway = Gateway(environment)
    server = _Server(
        uvicorn.Config(
            gateway,
            host=environment.listen_host,
            port=environment.local_port or WEBSOCKET.port,
            ws="websockets-sansio",
            ws_max_size=MAX_FRAME_BYTES,
            ws_ping_interval=WEBSOCKET_PING_SECONDS,
            ws_ping_timeout=WEBSOCKET_PING_SECONDS,
            lifespan="off",
            access_log=False,
            log_level="warning",  # below it a socket is logged with its address, and the ticket in it
            log_config=None,
        )
    )
    told_to_stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, told_to_stop.set)
    await gateway.start()
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(told_to_stop.wait())
    await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    if told_to_stop.is_set():
        await gateway.drain()
    server.should_exit = True
    stopping.cancel()
    await serving
    await gateway.stop()


def main() -> None:
    """Serve until told to stop; exits with 2 when a variable is wrong."""
    environment = begin(GatewayEnv)
    pipelines.preload(environment)
    asyncio.run(serve(environment))
    end(0)


if __name__ == "__main__":
    main()
