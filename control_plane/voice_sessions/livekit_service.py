"""The only module that speaks to LiveKit: rooms, tokens, dispatches, participants, egress, webhooks' signatures.

livekit-api is asynchronous and the control plane is not, so its one session lives in a thread of its own.
"""

import asyncio
import atexit
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from threading import Lock, Thread
from typing import Final, NamedTuple, TypeVar

import aiohttp
import jwt
from django.conf import settings
from google.protobuf.json_format import ParseError
from livekit import api
from livekit.protocol.webhook import WebhookEvent

from contract.environment import ApiEnv, ControlPlaneEnv
from contract.session import IDENTITY_CALLER, MAX_PARTICIPANTS
from contract.timing import LIVEKIT_API_SECONDS, WEBHOOK_MAX_AGE_SECONDS
from control_plane.errors import LiveKitError, LiveKitNotFound, LiveKitRefused, LiveKitUnavailable, WebhookForged

AWAY: Final = frozenset({408, 429})  # besides 5xx: HTTP statuses that may pass by themselves
MAX_SIGNED_SECONDS: Final = 300  # what LiveKit signs its webhooks for (facts: reliability §0.8)
Answer = TypeVar("Answer")


class RoomTimeouts(NamedTuple):
    """How long LiveKit keeps a room: before anybody came, and after all have left."""

    empty_seconds: int
    departure_seconds: int


class LiveKitService:
    """What the control plane asks of one LiveKit cluster; every call answers within LIVEKIT_API_SECONDS.

    Every method may raise LiveKitUnavailable, LiveKitNotFound or LiveKitRefused.
    """

    def __init__(
        self, url: str, *, api_key: str, api_secret: str, webhook_keys: Mapping[str, str] | None = None
    ) -> None:
        """Prepare it; nothing is connected before the first call.

        Args:
            webhook_keys: Key id → secret: who may sign webhooks; the API's own key when not said.
        """
        self._url, self._key, self._secret = url, api_key, api_secret
        self._webhook_keys = webhook_keys or {api_key: api_secret}
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: aiohttp.ClientSession | None = None

    def room_create(self, name: str, *, timeouts: RoomTimeouts) -> None:
        """Make a room; of the same name it is the same one."""
        request = api.CreateRoomRequest(
            name=name,
            empty_timeout=timeouts.empty_seconds,
            departure_timeout=timeouts.departure_seconds,
            max_participants=MAX_PARTICIPANTS,
        )
        self._run(lambda livekit: livekit.room.create_room(request))

    def room_delete(self, name: str) -> None:
        """Close a room and put everybody out; one that is gone already is fine."""
        try:
            self._run(lambda livekit: livekit.room.delete_room(api.DeleteRoomRequest(room=name)))
        except LiveKitNotFound:
            return

    def participants_list(self, room: str) -> Sequence[api.ParticipantInfo]:
        """Answer who is in a room."""
        request = api.ListParticipantsRequest(room=room)
        return tuple(self._run(lambda livekit: livekit.room.list_participants(request)).participants)

    def participant_remove(self, room: str, *, identity: str) -> None:
        """Put one participant out."""
        request = api.RoomParticipantIdentity(room=room, identity=identity)
        self._run(lambda livekit: livekit.room.remove_participant(request))

    def dispatch_create(self, room: str, *, agent_name: str, metadata: str) -> str:
        """Ask that an agent join, and answer the dispatch's id; nobody may come, and LiveKit does not tell."""
        request = api.CreateAgentDispatchRequest(room=room, agent_name=agent_name, metadata=metadata)
        return str(self._run(lambda livekit: livekit.agent_dispatch.create_dispatch(request)).id)

    def dispatches_list(self, room: str) -> Sequence[api.AgentDispatch]:
        """Answer the dispatches of a room; LiveKit adds one for agents without a name."""
        return tuple(self._run(lambda livekit: livekit.agent_dispatch.list_dispatch(room)))

    def dispatch_delete(self, room: str, *, dispatch_id: str) -> None:
        """Take a dispatch back, and end its job."""
        self._run(lambda livekit: livekit.agent_dispatch.delete_dispatch(dispatch_id, room))

    def egress_start(self, room: str, *, key: str) -> str:
        """Record a room into the recordings bucket that egress is configured with, and answer the egress's id."""
        output = api.EncodedFileOutput(file_type=api.EncodedFileType.MP4, filepath=key)
        request = api.RoomCompositeEgressRequest(room_name=room, file_outputs=[output])
        return str(self._run(lambda livekit: livekit.egress.start_room_composite_egress(request)).egress_id)

    def egress_stop(self, egress_id: str) -> None:
        """End a recording; egress uploads it."""
        request = api.StopEgressRequest(egress_id=egress_id)
        self._run(lambda livekit: livekit.egress.stop_egress(request))

    def token_mint(self, room: str, *, lifetime: timedelta) -> str:
        """Sign what lets the caller into one room, to speak and to listen and nothing else."""
        grants = api.VideoGrants(
            room_join=True,
            room=room,
            can_publish=True,
            can_publish_sources=["microphone"],
            can_publish_data=False,
            can_subscribe=True,
            can_update_own_metadata=False,
        )
        token = api.AccessToken(self._key, self._secret).with_identity(IDENTITY_CALLER).with_grants(grants)
        return token.with_ttl(lifetime).to_jwt()

    def webhook_read(self, body: str, *, token: str, now: datetime) -> WebhookEvent:
        """Verify and parse a webhook; livekit-api checks neither a token's age nor how long it was made to live.

        Raises:
            WebhookForged: The token is not LiveKit's, is another body's, or is too old.
        """
        try:
            key = str(jwt.decode(token, options={"verify_signature": False})["iss"])  # verified with the next line
            event = api.WebhookReceiver(api.TokenVerifier(key, self._webhook_keys[key])).receive(body, token)
        except (jwt.InvalidTokenError, ParseError, ValueError, TypeError, KeyError, AttributeError) as forged:
            raise WebhookForged(f"signature or body is not valid: {type(forged).__name__}") from None
        except Exception as forged:
            # livekit-api raises a bare Exception for a digest that is missing or another body's.
            if type(forged) is not Exception:
                raise
            raise WebhookForged(str(forged)) from None
        claims = jwt.decode(token, options={"verify_signature": False})  # verified above
        signed_at, expires_at = claims.get("nbf", 0), claims["exp"]
        if expires_at - signed_at > MAX_SIGNED_SECONDS or now.timestamp() - signed_at > WEBHOOK_MAX_AGE_SECONDS:
            raise WebhookForged("signed too long ago, or for too long", hint="compare the clocks of both machines")
        return event

    def close(self) -> None:
        """End the thread and its connections."""
        with self._lock:
            if self._loop and self._session:
                asyncio.run_coroutine_threadsafe(self._session.close(), self._loop).result(LIVEKIT_API_SECONDS)
                self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = self._session = None

    def _run(self, ask: Callable[[api.LiveKitAPI], Awaitable[Answer]]) -> Answer:
        loop, session = self._started()

        async def within() -> Answer:
            client = api.LiveKitAPI(self._url, self._key, self._secret, session=session, failover=False)
            return await asyncio.wait_for(ask(client), LIVEKIT_API_SECONDS)

        try:
            return asyncio.run_coroutine_threadsafe(within(), loop).result(LIVEKIT_API_SECONDS + 1)
        except api.ServerError as said:
            raise _typed(said) from None
        except (aiohttp.ClientError, TimeoutError, OSError, json.JSONDecodeError) as away:
            raise LiveKitUnavailable(f"{self._url}: {type(away).__name__}") from None

    def _started(self) -> tuple[asyncio.AbstractEventLoop, aiohttp.ClientSession]:
        with self._lock:
            if not self._loop or not self._session:
                loop = asyncio.new_event_loop()
                Thread(target=loop.run_forever, name="livekit-api", daemon=True).start()
                self._session = asyncio.run_coroutine_threadsafe(_session(), loop).result(LIVEKIT_API_SECONDS)
                self._loop = loop
                atexit.register(self.close)
            return self._loop, self._session


def livekit() -> LiveKitService:
    """The process's client of the home region's cluster."""
    environment: ControlPlaneEnv = settings.ENVIRONMENT
    secret = environment.livekit_api_secret.get_secret_value()
    accepted = environment.livekit_keys.get_secret_value() if isinstance(environment, ApiEnv) else "{}"
    return _service(environment.livekit_url, environment.livekit_api_key, secret, accepted)


@cache
def _service(url: str, key: str, secret: str, accepted: str) -> LiveKitService:
    return LiveKitService(url, api_key=key, api_secret=secret, webhook_keys=json.loads(accepted))


async def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=LIVEKIT_API_SECONDS))


def _typed(said: api.ServerError) -> LiveKitError:
    message = f"{said.code}: {said.message}"
    if said.code == "not_found":
        return LiveKitNotFound(message)
    return LiveKitUnavailable(message) if said.status >= 500 or said.status in AWAY else LiveKitRefused(message)
