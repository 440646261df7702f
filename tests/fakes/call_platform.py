"""API and gateway as far as a caller's page sees them: real HTTP, real WebSockets, and tokens for a real LiveKit.

It is another origin than the page. A test plays the agent through its sessions, and breaks what it wants to.
"""

import asyncio
import io
import json
import secrets
import wave
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol, Self

from aiohttp import WSMsgType, web

from contract.services import EVENTS_PATH, VOICE_PATH
from contract.session import IDENTITY_CALLER, Reason, SessionEvent
from contract.voice_socket import CLOSE_BAD_ORIGIN, CLOSE_BAD_TICKET, CLOSE_BUSY, SAMPLE_RATE
from tests.fakes.call_session import FakeCallSession

API: Final = "/api/v1"
PATIENCE_SECONDS: Final = 15.0


class LiveKit(Protocol):
    """A LiveKit server that one may join."""

    @property
    def url(self) -> str:
        """Where it is."""

    async def open(self, room: str) -> None:
        """Make a room; nobody can join one that is not there."""

    def token(self, room: str, *, identity: str) -> str:
        """Let somebody into a room."""


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FakeCallPlatform:
    """A platform on loopback.

    Attributes:
        api_key: The one that opens it.
        origins: The pages that may call it.
        sessions: Every session, in order.
        asked: Method and path of every request to the API, in order.
        refusals: Answers to the next `POST /sessions`, first in first out: status and problem.
        is_busy: The gateway takes no call.
        is_down: The API answers as a load balancer without targets does.
        livekit: The server for sessions over LiveKit; the room is the session's id.
    """

    def __init__(self) -> None:
        """Know nobody."""
        self.api_key = secrets.token_urlsafe(16)
        self.origins: set[str] = set()
        self.sessions: list[FakeCallSession] = []
        self.asked: list[tuple[str, str]] = []
        self.refusals: list[tuple[int, dict[str, str]]] = []
        self.is_busy = self.is_down = False
        self.livekit: LiveKit | None = None
        self._keys: dict[str, FakeCallSession] = {}
        self._tickets: dict[str, tuple[str, FakeCallSession]] = {}
        self._changed = asyncio.Condition()
        self._news: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Serve on a free port."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_route("OPTIONS", "/{path:.*}", self._preflight)
        app.router.add_post(f"{API}/sessions", self._create)
        app.router.add_get(f"{API}/sessions/{{id}}", self._read)
        app.router.add_post(f"{API}/sessions/{{id}}/end", self._end)
        app.router.add_post(f"{API}/sessions/{{id}}/token", self._token)
        app.router.add_post(f"{API}/sessions/{{id}}/ticket", self._ticket)
        app.router.add_get("/recording.wav", self._recording)
        app.router.add_get(EVENTS_PATH, self._events)
        app.router.add_get(VOICE_PATH, self._voice)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port: int = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Close every socket."""
        for session in self.sessions:
            for socket in [*session.watchers, *filter(None, [session.line])]:
                await socket.close()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.port}"

    async def until(self, true: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until something is true of a session."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(true)

    async def session(self) -> FakeCallSession:
        """Wait for a session whose caller is on the line and watches."""
        await self.until(lambda: bool(self.sessions) and self.sessions[-1].joins > 0)
        found = self.sessions[-1]
        await self.until(lambda: bool(found.watchers))
        return found

    async def close_event_sockets(self, code: int) -> None:
        """Close what watches, as a gateway that goes away does."""
        for session in self.sessions:
            for watcher in list(session.watchers):
                await watcher.close(code=code)

    def _tell(self) -> None:
        async def notify() -> None:
            async with self._changed:
                self._changed.notify_all()

        task = asyncio.get_running_loop().create_task(notify())
        self._news.add(task)
        task.add_done_callback(self._news.discard)

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Origin, key and faults, before anything is done."""
        if request.path.startswith(API) and request.method != "OPTIONS":
            self.asked.append((request.method, request.path.removeprefix(API)))
            response = await self._answer(request, handler)
        else:
            response = await handler(request)
        origin = request.headers.get("Origin", "")
        if origin in self.origins and not response.prepared:
            response.headers["Access-Control-Allow-Origin"] = origin
        return response

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.is_down:
            return web.Response(status=503, text="<html>no targets</html>", content_type="text/html")
        if request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return problem(401, code="authentication_failed", title="Incorrect authentication credentials.")
        return await handler(request)

    async def _preflight(self, _request: web.Request) -> web.Response:
        headers = {
            "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
        }
        return web.Response(status=204, headers=headers)

    async def _create(self, request: web.Request) -> web.Response:
        if self.refusals:
            status, told = self.refusals.pop(0)
            return problem(status, **told)
        key = request.headers["Idempotency-Key"]
        if key not in self._keys:
            session_id = f"vs_{secrets.token_hex(16)}"
            self._keys[key] = FakeCallSession(session_id, await request.json(), on_change=self._tell)
            self.sessions.append(self._keys[key])
            if self.livekit is not None:
                await self.livekit.open(session_id)
        session = self._keys[key]
        opens = "voice" if session.wanted["transport"] == "websocket" else "room"
        return self._way_in(session, opens=opens, status=201)

    async def _read(self, request: web.Request) -> web.Response:
        session = self._find(request)
        return not_found() if session is None else web.json_response(session.detail())

    async def _end(self, request: web.Request) -> web.Response:
        session = self._find(request)
        if session is None:
            return not_found()
        await session.end(Reason.HANGUP)
        return web.json_response(session.summary())

    async def _token(self, request: web.Request) -> web.Response:
        session = self._find(request)
        if session is None:
            return not_found()
        return self._way_in(session, opens="room") if session.is_open else not_open(session)

    async def _ticket(self, request: web.Request) -> web.Response:
        session = self._find(request)
        if session is None:
            return not_found()
        opens = (await request.json())["opens"]
        return self._way_in(session, opens=opens) if session.is_open else not_open(session)

    async def _recording(self, request: web.Request) -> web.Response:  # noqa: ARG002
        return web.Response(body=second_of_silence(), content_type="audio/wav")

    async def _events(self, request: web.Request) -> web.WebSocketResponse:
        socket, session = await self._admit(request, opens="events")
        if session is None:
            return socket
        session.watchers.add(socket)
        self._tell()
        now = SessionEvent.model_validate(
            {
                "event": "session.state",
                "session_id": session.id,
                "timestamp": session.created_at,
                "state": session.state,
            }
        )
        await socket.send_str(now.model_dump_json(exclude_none=True))
        async for _ in socket:
            continue
        session.watchers.discard(socket)
        self._tell()
        return socket

    async def _voice(self, request: web.Request) -> web.WebSocketResponse:
        socket, session = await self._admit(request, opens="voice")
        if session is None:
            return socket
        if self.is_busy:
            await socket.close(code=CLOSE_BUSY)
            return socket
        await session.connect(socket)
        async for message in socket:
            if message.type is WSMsgType.BINARY:
                session.hear(message.data)
        await session.disconnect(socket)
        return socket

    async def _admit(self, request: web.Request, *, opens: str) -> tuple[web.WebSocketResponse, FakeCallSession | None]:
        """Finish the handshake, then look at origin and ticket: only an open socket can say why it closes."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        kind, session = self._tickets.pop(request.query.get("ticket", ""), ("", None))
        origin = request.headers.get("Origin")
        if origin is not None and origin not in self.origins:  # who is no browser has none
            await socket.close(code=CLOSE_BAD_ORIGIN)
        elif session is None or kind != opens:
            await socket.close(code=CLOSE_BAD_TICKET)
        else:
            return socket, session
        return socket, None

    def _way_in(self, session: FakeCallSession, *, opens: str, status: int = 200) -> web.Response:
        url, token = self._room(session) if opens == "room" else self._socket(session, opens)
        told = {
            "id": session.id,
            "state": session.state,
            "transport": session.wanted["transport"],
            "url": url,
            "token": token,
            "identity": "caller",
            "expires_at": session.created_at.isoformat(),
        }
        return web.json_response(told, status=status)

    def _socket(self, session: FakeCallSession, opens: str) -> tuple[str, str]:
        ticket = secrets.token_urlsafe(16)
        self._tickets[ticket] = (opens, session)
        return f"ws://127.0.0.1:{self.port}{EVENTS_PATH if opens == 'events' else VOICE_PATH}", ticket

    def _room(self, session: FakeCallSession) -> tuple[str, str]:
        assert self.livekit is not None, "this test has no LiveKit server"
        session.joins += 1
        self._tell()
        return self.livekit.url, self.livekit.token(session.id, identity=IDENTITY_CALLER)

    def _find(self, request: web.Request) -> FakeCallSession | None:
        return next((session for session in self.sessions if session.id == request.match_info["id"]), None)


def problem(status: int, *, code: str, title: str, detail: str = "", hint: str = "") -> web.Response:
    """Answer an error as the API does."""
    body: dict[str, Any] = {
        "type": f"urn:voiceplane:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "hint": hint,
    }
    return web.Response(status=status, text=json.dumps(body), content_type="application/problem+json")


def not_found() -> web.Response:
    """Answer for an id that nobody has."""
    return problem(404, code="session_unknown", title="No such session", detail="no session", hint="take another id")


def not_open(session: FakeCallSession) -> web.Response:
    """Answer for a session that has ended."""
    detail = f"session {session.id} is {session.state}"
    return problem(409, code="session_not_open", title="The session is not open", detail=detail)


def second_of_silence() -> bytes:
    """Answer a recording that plays."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLE_RATE)
        sound.writeframes(bytes(2 * SAMPLE_RATE))
    return file.getvalue()
