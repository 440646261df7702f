"""The gateway as a plain ASGI application: two kinds of sockets, three probes, and a drain."""

import asyncio
import os
import random
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from agent.opening import call_recorder
from contract.environment import GatewayEnv
from contract.services import EVENTS_PATH, VOICE_PATH, WEBSOCKET
from contract.voice_socket import (
    CLOSE_BAD_ORIGIN,
    CLOSE_BAD_TICKET,
    CLOSE_BUSY,
    CLOSE_RESTART,
    DRAIN_JITTER_SECONDS,
)
from runtime.gateway.events import Events
from runtime.gateway.socket import Message, Receive, Send, Socket, SocketClosed
from runtime.gateway.tickets import Tickets
from runtime.gateway.voice import Calls
from runtime.kit import valkey
from runtime.kit.cloudwatch import Publisher
from runtime.kit.fleet import FleetReport, Load, counted
from runtime.kit.http import Probes
from runtime.kit.protection import AGENT_URI, Protection, keep
from runtime.kit.task import identify

log = structlog.get_logger(__name__)


class Gateway:
    """One process of the WebSocket service."""

    def __init__(self, environment: GatewayEnv) -> None:
        """Prepare it; `start` connects."""
        self._environment = environment
        self._origins = {origin.strip() for origin in environment.allowed_origins.split(",")}
        self._live: Redis = valkey.connect_async(environment.live_redis_url, password=environment.live_redis_password)
        self._tickets = Tickets(self._live)
        self._protection = Protection(os.environ.get(AGENT_URI), seconds=environment.scale_in_protection_seconds)
        self._recorder = call_recorder(environment)
        self._publisher = Publisher(
            self._recorder, region=environment.aws_region, every_seconds=environment.publish_seconds
        )
        self.calls = Calls(environment, tickets=self._tickets, protection=self._protection, recorder=self._recorder)
        self.events = Events(self._live, is_ours=self.calls.has, on_event=self.calls.on_event)
        self._probes = Probes(
            is_alive=lambda: True,
            is_ready=lambda: not self.calls.is_draining,
            metrics=self._recorder.exposition,
        )
        self._connects = self._watchers = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Subscribe, and tell the fleet."""
        task = await asyncio.to_thread(identify, os.environ)
        self._fleet_client = valkey.connect(
            self._environment.live_redis_url, password=self._environment.live_redis_password
        )
        self._fleet = FleetReport(self._fleet_client, task=task, service=WEBSOCKET.name, load=self._load)
        self._fleet.start()
        self._publisher.start()
        keeping = keep(self._protection, is_busy=lambda: self.calls.active > 0, on_refused=self.calls.on_refused)
        self._tasks = [asyncio.create_task(work) for work in (self.events.run(), keeping)]

    async def drain(self) -> None:
        """Take nothing new, send watchers elsewhere one by one, and let calls finish."""
        self.calls.is_draining = True
        log.info("draining", calls=self.calls.active, sockets=self._watchers)
        await self.events.close_all(CLOSE_RESTART, pause=lambda: random.uniform(0, DRAIN_JITTER_SECONDS))
        await self.calls.finish()

    async def stop(self) -> None:
        """Disconnect from everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._fleet.stop)
        await asyncio.to_thread(self._publisher.stop)
        self._fleet_client.close()
        await self._live.aclose()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "http":
            await self._answer(scope, send)
        elif scope["type"] == "websocket":
            await self._serve(Socket(scope, receive, send), path=scope["path"])

    async def _serve(self, socket: Socket, *, path: str) -> None:
        """Whatever opens nothing here is closed with a code that says what to do."""
        try:
            await socket.accept()
            self._connects += 1
            await self._open(socket, path=path)
        except SocketClosed:
            return
        except RedisError as away:
            log.warning("socket closed: tickets cannot be read", path=path, error=type(away).__name__)
            await socket.close(CLOSE_RESTART)

    async def _answer(self, scope: Message, send: Send) -> None:
        status, kind, body = await asyncio.to_thread(self._probes.answer, scope["path"])
        headers: list[Any] = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _open(self, socket: Socket, *, path: str) -> None:
        if socket.origin is not None and socket.origin not in self._origins:
            await socket.close(CLOSE_BAD_ORIGIN)
        elif path == VOICE_PATH:
            await self.calls.serve(socket)
        elif path == EVENTS_PATH:
            await self._watch(socket)
        else:
            await socket.close(CLOSE_BAD_TICKET)

    async def _watch(self, socket: Socket) -> None:
        if self.calls.is_draining or self._watchers >= self._environment.socket_capacity:
            await socket.close(CLOSE_RESTART if self.calls.is_draining else CLOSE_BUSY)
            return
        self._watchers += 1  # before anything is awaited: many come at once
        try:
            ticket = await self._tickets.take(socket.ticket, opens="events")
            if ticket is None:
                await socket.close(CLOSE_BAD_TICKET)
            else:
                await self.events.serve(socket, session_id=ticket.session_id)
        finally:
            self._watchers -= 1

    def _load(self) -> Load:
        return Load(
            active=self.calls.active,
            calls=counted(self.calls.kinds),
            capacity=0 if self.calls.is_draining else self._environment.voice_capacity,
            sockets=self._watchers + self.calls.active,
            connects=self._connects,
            rejected=self.calls.rejected,
            protected=self._protection.is_held,
            cordoned=self.calls.is_draining,
        )
