"""The control plane as one agent sees it: callbacks over HTTP, answered with where a session is."""

import asyncio
import json
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from contract.session import CallbackAnswer, Heartbeat, Reason, SessionFinished, State, TurnsPosted


class FakeRecord:
    """One session's record on loopback.

    Attributes:
        heartbeats: As they came.
        turns: By number.
        finished: The agent's last word.
        attempt: The agent that has the session; a lower one is answered 409.
    """

    def __init__(self) -> None:
        """Nothing was told yet."""
        self.heartbeats: list[Heartbeat] = []
        self.turns: dict[int, str] = {}
        self.finished: SessionFinished | None = None
        self.state, self.attempt = State.ACTIVE, 1
        self.reason: Reason | None = None
        self._news = asyncio.Event()
        application = web.Application()
        application.router.add_post("/internal/sessions/vs_1/{path}", self._take)
        self.server = TestServer(application)

    @property
    def url(self) -> str:
        """The value of CALLBACK_URL."""
        return str(self.server.make_url("/internal"))

    def end(self, reason: Reason) -> None:
        """Somebody has ended the session."""
        self.state, self.reason = State.ENDED, reason

    async def told(self, done: Any, *, seconds: float = 20) -> None:
        """Wait until what was told is enough."""
        async with asyncio.timeout(seconds):
            while not done(self):
                self._news.clear()
                await self._news.wait()

    async def _take(self, request: web.Request) -> web.Response:
        body = json.loads(await request.text())
        if body["attempt"] >= self.attempt:
            self._keep(request.match_info["path"], body)
        self._news.set()
        answer = CallbackAnswer(state=self.state, reason=self.reason, attempt=self.attempt)
        return web.Response(status=200 if body["attempt"] >= self.attempt else 409, text=answer.model_dump_json())

    def _keep(self, path: str, body: dict[str, Any]) -> None:
        if path == "turns":
            self.turns |= {turn.number: turn.text for turn in TurnsPosted.model_validate(body).turns}
        elif path == "heartbeat":
            self.heartbeats.append(heartbeat := Heartbeat.model_validate(body))
            if heartbeat.ending is not None and self.state is not State.ENDED:
                self.end(heartbeat.ending)
        else:
            self.finished = SessionFinished.model_validate(body)
