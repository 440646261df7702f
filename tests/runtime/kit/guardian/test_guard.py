"""A media node with participants is protected within seconds of the join, and released when it is empty."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from livekit import api, rtc

from contract.environment import GuardianEnv
from runtime.kit.guardian.guard import Guard
from runtime.kit.metrics import Recorder
from runtime.kit.protection import AGENT_URI, Protection
from tests.fakes.ecs_agent import FakeEcsAgent
from tests.platform.addresses import LOOPBACK, port_of
from tests.platform.aws import Aws
from tests.platform.livekit import LiveKit
from tests.platform.waiting import wait_until

ROOT = Path(__file__).parents[4]
JOIN_TO_PROTECTION_SECONDS = 5.0


@pytest.fixture
def ecs() -> Iterator[FakeEcsAgent]:
    """ECS's endpoint for this task."""
    with FakeEcsAgent() as agent:
        yield agent


def environment_of(health_url: str, *, prometheus_url: str = "http://127.0.0.1:9/metrics") -> GuardianEnv:
    """A guardian's, beside what answers there."""
    return GuardianEnv(
        environment="guarded",
        service="guardian",
        aws_region="eu-west-1",
        release="sha-1",
        listen_host=LOOPBACK,
        local_port=port_of("guardian"),
        guarded="livekit",
        prometheus_url=prometheus_url,
        health_url=health_url,
        scale_in_protection_seconds=3600,
    )


@pytest.fixture
def guardian(livekit: LiveKit, aws: Aws, ecs: FakeEcsAgent) -> Iterator["subprocess.Popen[bytes]"]:
    """The real process."""
    environment = environment_of(
        livekit.url.replace("ws://", "http://"),
        prometheus_url=f"http://{LOOPBACK}:{port_of('livekit-prometheus')}/metrics",
    )
    variables = {**environment.variables(), **aws.variables, AGENT_URI: ecs.uri, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "runtime.kit.guardian"],
        env={**os.environ, **variables},
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    wait_until(lambda: answers(f"http://{LOOPBACK}:{port_of('guardian')}/livez"), what="the guardian")
    yield process
    process.kill()
    process.communicate()


def answers(url: str) -> bool:
    """Whether somebody does."""
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


async def join(livekit: LiveKit, room: str) -> rtc.Room:
    """A participant with real WebRTC."""
    async with api.LiveKitAPI(livekit.url, livekit.api_key, livekit.api_secret) as client:
        await client.room.create_room(api.CreateRoomRequest(name=room))
    grants = api.VideoGrants(room_join=True, room=room)
    token = api.AccessToken(livekit.api_key, livekit.api_secret).with_identity("caller").with_grants(grants)
    joined = rtc.Room()
    await joined.connect(livekit.url, token.to_jwt())
    return joined


@pytest.mark.usefixtures("guardian")
async def test_a_participant_protects_the_node_until_the_last_has_left(livekit: LiveKit, ecs: FakeEcsAgent) -> None:
    """ECS would stop the node under a call otherwise; and never scale in if it were not released."""
    room = await join(livekit, "guarded-room")
    joined = time.monotonic()
    await asyncio.to_thread(wait_until, lambda: ecs.is_protecting, what="protection", seconds=10)
    took = time.monotonic() - joined
    metrics = httpx.get(f"http://{LOOPBACK}:{port_of('guardian')}/metrics").text
    await room.disconnect()
    await asyncio.to_thread(wait_until, lambda: not ecs.is_protecting, what="release", seconds=30)

    assert took <= JOIN_TO_PROTECTION_SECONDS
    assert "voice_node_participants 1.0" in metrics
    assert [asked["ProtectionEnabled"] for asked in ecs.asked] == [True, False]


@pytest.mark.usefixtures("livekit")
def test_a_guardian_told_to_stop_stays_while_its_neighbour_is_there(guardian: "subprocess.Popen[bytes]") -> None:
    """A drain takes as long as its longest call, and its numbers are wanted to the end."""
    guardian.send_signal(signal.SIGTERM)

    with pytest.raises(subprocess.TimeoutExpired):
        guardian.wait(7)


def test_a_silent_neighbour_is_not_an_idle_one(ecs: FakeEcsAgent) -> None:
    """Its calls may be on: protection stays, and nothing is published in its name."""
    protection = Protection(ecs.uri, seconds=3600)
    protection.hold()
    recorder = Recorder("guarded")
    nobody = environment_of("http://127.0.0.1:9")
    guard = Guard(nobody, protection=protection, recorder=recorder, clock=time.monotonic)

    seen = guard.look()

    assert not seen
    assert protection.is_held
    assert recorder.take() == []
    assert ecs.asked == [{"ProtectionEnabled": True, "ExpiresInMinutes": 60}]
