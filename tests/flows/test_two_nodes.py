"""Two LiveKit nodes on one Valkey behind one address: a call between them, and one that outlives its node."""

import asyncio
import re
import time
from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest

from contract.session import State
from tests.fakes.load_balancer import LoadBalancer
from tests.flows.conftest import RunningPlatform, started
from tests.platform.addresses import LOOPBACK, port_of
from tests.platform.livekit import API_KEY, API_SECRET, LiveKit, running_livekit
from tests.platform.valkey import running_valkey
from voicectl.call.api import Api
from voicectl.call.ears import Ears
from voicectl.call.lines import RoomLine
from voicectl.call.sound import from_text

NODES = ("node-a", "node-b")
WITHOUT = "page,providers,beat,celery-notifications"
AGAIN_SECONDS = 75.0
REPLY_SECONDS = 15.0


class Cluster(NamedTuple):
    """Both nodes, what stands before them, and a platform that knows only that."""

    nodes: dict[str, LiveKit]
    balancer: LoadBalancer
    platform: RunningPlatform


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """It runs from here on."""
    webhooks = f"http://{LOOPBACK}:9/webhooks/livekit"  # lost: heartbeats must do
    with (
        running_valkey("cluster") as valkey,
        running_livekit(redis=valkey.address, webhook_url=webhooks, name=NODES[0]) as first,
        running_livekit(redis=valkey.address, webhook_url=webhooks, name=NODES[1]) as second,
        LoadBalancer(port_of("balancer"), [port_of(name) for name in NODES]) as balancer,
        started(
            "--without",
            WITHOUT,
            LIVEKIT_URL=f"ws://{LOOPBACK}:{port_of('balancer')}",
            LIVEKIT_API_KEY=API_KEY,
            LIVEKIT_API_SECRET=API_SECRET,
        ) as platform,
    ):
        yield Cluster(dict(zip(NODES, (first, second), strict=True)), balancer, platform)


async def test_a_call_between_two_nodes_outlives_the_node_of_its_room(cluster: Cluster) -> None:
    """A node that dies is a few seconds of silence, and the same conversation after it."""
    state = cluster.platform.state
    rest = Api(state.running.addresses.api, key=state.keys.api_key.get_secret_value())
    opened = await asyncio.to_thread(
        rest.post, "/sessions", {"simulation_service": "local", "transport": "livekit", "record": True}
    )
    ears = Ears()
    line = RoomLine(ears)
    await line.connect(opened["url"], opened["token"])
    await asyncio.wait_for(ears.pause(), AGAIN_SECONDS)
    entered = set(cluster.balancer.participants[:2])

    node = await asyncio.to_thread(node_of_the_room)
    cluster.nodes[node].process.kill()
    answered = await answer_to(line, ears, speech_url=state.running.addresses.speech)
    record = await asyncio.to_thread(rest.get, f"/sessions/{opened['id']}")
    await asyncio.to_thread(rest.post, f"/sessions/{opened['id']}/end")
    await line.close()
    rest.close()

    assert entered == {port_of(name) for name in NODES}
    assert answered
    assert (record["state"], record["attempt"]) == (State.ACTIVE, 1)


def node_of_the_room() -> str:
    """The node that says it has one."""
    rooms = {}
    for name in NODES:
        metrics = httpx.get(f"http://{LOOPBACK}:{port_of(f'{name}-prometheus')}/metrics").text
        rooms[name] = float(re.findall(r"^livekit_room_total{.*} (\S+)$", metrics, re.MULTILINE)[0])
    [node] = [name for name, count in rooms.items() if count]
    return node


async def answer_to(line: RoomLine, ears: Ears, *, speech_url: str) -> bool:
    """Ask until the agent is heard again, as anybody would after a silence."""
    asked = await asyncio.to_thread(from_text, "Are you still there? How would you use it?", speech_url=speech_url)
    deadline = time.monotonic() + AGAIN_SECONDS
    while time.monotonic() < deadline:
        ears.forget()
        await line.say(asked)
        try:
            await asyncio.wait_for(ears.speech(), REPLY_SECONDS)
        except TimeoutError:
            continue
        return True
    return False
