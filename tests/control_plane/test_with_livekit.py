"""The API and a real LiveKit server: a caller joins, leaves, comes back, hangs up; the record follows by webhooks."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.test import override_settings
from livekit import rtc

from contract.session import Reason, State
from control_plane.errors import LiveKitNotFound, LiveKitRefused, LiveKitUnavailable
from control_plane.voice_sessions.livekit_service import LiveKitService, RoomTimeouts
from control_plane.voice_sessions.models import OutboxRow, VoiceSession, WebhookEvent
from control_plane.voice_sessions.services.ending import voice_session_end
from tests.control_plane.given import session_in
from tests.control_plane.processes import running
from tests.platform.addresses import port_of
from tests.platform.aws import Aws
from tests.platform.livekit import LiveKit
from tests.platform.waiting import wait_until

pytestmark = pytest.mark.usefixtures("stores")
KEY = {"Authorization": "Bearer api-key-of-the-tests"}
TIMEOUTS = RoomTimeouts(empty_seconds=60, departure_seconds=20)


@pytest.fixture
def service(livekit: LiveKit) -> LiveKitService:
    """A client of the running node."""
    return LiveKitService(livekit.url, api_key=livekit.api_key, api_secret=livekit.api_secret)


def in_room(url: str, token: str, act: Callable[[rtc.Room], Awaitable[Any]]) -> Any:
    """Join as the caller, do something, and leave."""

    async def stay() -> Any:
        room = rtc.Room()
        await asyncio.wait_for(room.connect(url, token), 10)
        try:
            return await act(room)
        finally:
            await room.disconnect()

    return asyncio.run(stay())


def state_is(session_id: str, state: State) -> Callable[[], bool]:
    """Whether the record says so."""
    return lambda: VoiceSession.objects.filter(pk=session_id, state=state).exists()


@pytest.mark.usefixtures("livekit")
def test_a_callers_comings_and_goings_are_in_the_record(aws: Aws, tmp_path: Path) -> None:
    """A reload is no end; hanging up is, and the room is gone at once."""
    with running("control_plane.serve", service="api", aws=aws, folder=tmp_path) as api:
        api.wait_ready()
        told = httpx.post(f"{api.url}/api/v1/sessions", json={"simulation_service": "local"}, headers=KEY).json()
        path = f"{api.url}/api/v1/sessions/{told['id']}"

        async def be_seen(_: rtc.Room) -> None:
            await asyncio.to_thread(wait_until, state_is(told["id"], State.ACTIVE), what="active")

        in_room(told["url"], told["token"], be_seen)
        wait_until(state_is(told["id"], State.RECONNECTING), what="reconnecting")
        again = httpx.post(f"{path}/token", headers=KEY).json()
        in_room(again["url"], again["token"], be_seen)
        ended = httpx.post(f"{path}/end", headers=KEY).json()

        assert again["identity"] == told["identity"]
        assert (ended["state"], ended["reason"]) == ("ended", "hangup")
        wait_until(lambda: WebhookEvent.objects.filter(event="room_finished").exists(), what="room finished")
    assert not OutboxRow.objects.filter(job="room-close").exists()


def test_a_token_opens_no_other_room(service: LiveKitService, livekit: LiveKit) -> None:
    """The room is in the token; the server takes it from nowhere else."""
    service.room_create("vs_other", timeouts=TIMEOUTS)
    token = service.token_mint("vs_not_made", lifetime=timedelta(minutes=1))

    async def nothing(_: rtc.Room) -> None:
        return None

    with pytest.raises(rtc.ConnectError):
        in_room(livekit.url, token, nothing)
    service.room_delete("vs_other")


def test_rooms_dispatches_and_participants(service: LiveKitService, livekit: LiveKit) -> None:
    """What a supervisor needs to see and to fence."""
    service.room_create("vs_seen", timeouts=TIMEOUTS)
    service.room_create("vs_seen", timeouts=TIMEOUTS)
    dispatch = service.dispatch_create("vs_seen", agent_name="nobody", metadata="{}")
    token = service.token_mint("vs_seen", lifetime=timedelta(minutes=1))

    async def be_put_out(room: rtc.Room) -> list[str]:
        gone = asyncio.Event()
        room.on("disconnected", lambda *_: gone.set())
        seen = await asyncio.to_thread(service.participants_list, "vs_seen")
        await asyncio.to_thread(service.participant_remove, "vs_seen", identity="caller")
        await asyncio.wait_for(gone.wait(), 10)
        return [each.identity for each in seen]

    assert in_room(livekit.url, token, be_put_out) == ["caller"]
    assert dispatch in [each.id for each in service.dispatches_list("vs_seen")]
    service.dispatch_delete("vs_seen", dispatch_id=dispatch)
    assert dispatch not in [each.id for each in service.dispatches_list("vs_seen")]
    service.room_delete("vs_seen")
    service.room_delete("vs_seen")


def test_every_no_has_its_kind(service: LiveKitService, livekit: LiveKit) -> None:
    """Whoever asks can tell a mistake from an outage."""
    stranger = LiveKitService(livekit.url, api_key=livekit.api_key, api_secret="another-secret-of-32-characters-or-so")
    nowhere = LiveKitService(f"ws://127.0.0.1:{port_of('nobody')}", api_key="k", api_secret="s" * 32)

    with pytest.raises(LiveKitNotFound):
        service.participant_remove("vs_nowhere", identity="caller")
    with pytest.raises(LiveKitRefused):
        stranger.room_create("vs_1", timeouts=TIMEOUTS)
    with pytest.raises(LiveKitUnavailable):
        nowhere.room_create("vs_1", timeouts=TIMEOUTS)
    service.room_create("vs_1", timeouts=TIMEOUTS)
    with pytest.raises(LiveKitUnavailable):
        service.egress_start("vs_1", key="sessions/vs_1/call.mp4")  # no egress service is connected
    with pytest.raises(LiveKitNotFound):
        service.egress_stop("EG_nothing")
    service.room_delete("vs_1")


def test_a_room_that_could_not_be_closed_is_closed_by_a_job() -> None:
    """LiveKit did not answer when the session ended: somebody may still be in there."""
    session = session_in(State.ACTIVE)
    VoiceSession.objects.filter(pk=session.pk).update(transport="livekit")
    away = settings.ENVIRONMENT.model_copy(update={"livekit_url": f"ws://127.0.0.1:{port_of('nobody')}"})
    with override_settings(ENVIRONMENT=away):
        ended = voice_session_end(session.pk, reason=Reason.HANGUP, now=session.created_at)

    assert ended.state == State.ENDED
    assert OutboxRow.objects.get().job == "room-close"
