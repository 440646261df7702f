"""Callers who say nothing: real participants in real calls, in a thread of their own."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import partial
from threading import Thread
from types import TracebackType
from typing import Any, Final, Self

from contract.session import State
from voicectl.call.ears import Ears
from voicectl.call.errors import ApiRefused, CallError
from voicectl.call.lines import RoomLine, SocketLine
from voicectl.drill.errors import NotCaused, NotNoticed
from voicectl.drill.laptop.stage import Stage, wait_until

ACTIVE_SECONDS: Final = 60.0  # until the agent is there, with others on two cores
HELD_SECONDS: Final = 3600.0
SHORT_SECONDS: Final = 15.0  # of a call that nothing is wrong with
END_SECONDS: Final = 30.0


class Callers:
    """Callers of one pipeline; at the end all hang up."""

    def __init__(self, stage: Stage, *, pipeline: str, transport: str = "") -> None:
        """Nobody calls yet.

        Args:
            transport: The best there is, when empty.
        """
        self._stage, self._api = stage, stage.api()
        self._body = {"simulation_service": pipeline, "transport": transport or stage.running.transports[0]}
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="callers", daemon=True)
        self._home = asyncio.Event()
        self._sessions: list[str] = []
        self._calls: list[Future[object]] = []
        self._failed: BaseException | None = None  # why a caller could not go on

    def __enter__(self) -> Self:
        """Be ready to call."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Hang up, whatever else went wrong.

        Raises:
            NotCaused: Nothing was noticed, and callers could not call: that is why.
        """
        self.leave()
        for session in self._sessions:
            self._end(session)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=END_SECONDS)
        if not self._thread.is_alive():
            self._loop.close()
        self._api.close()
        if isinstance(error, NotNoticed) and self._failed:
            raise NotCaused(f"{error}; a caller could not go on: {self._failed}") from error

    def hold(self, number: int) -> list[str]:
        """Place calls that stay; answer their sessions when an agent is in each.

        Raises:
            NotCaused: One did not become active.
        """
        opened = [self._api.post("/sessions", self._body) for _ in range(number)]
        self._sessions += [each["id"] for each in opened]
        self._calls += [self._begin(self._stay(each, seconds=HELD_SECONDS)) for each in opened]
        for each in opened:
            is_active = partial(self._is_active, each["id"])
            wait_until(is_active, seconds=ACTIVE_SECONDS, what=f"an agent in {each['id']}")
        return [each["id"] for each in opened]

    def keep_coming(self, at_once: int) -> None:
        """Place one short call after the other, so many at a time."""
        self._calls += [self._begin(self._again_and_again()) for _ in range(at_once)]

    def leave(self) -> None:
        """Go, without hanging up: as a browser that crashes."""
        self._loop.call_soon_threadsafe(self._home.set)
        for call in self._calls:
            self._failed = call.exception(timeout=END_SECONDS) or self._failed
        self._calls = []

    def _begin(self, work: Coroutine[Any, Any, object]) -> "Future[object]":
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _again_and_again(self) -> None:
        while not self._home.is_set():
            try:
                opened = await asyncio.to_thread(self._api.post, "/sessions", self._body)
            except ApiRefused as refused:
                raise NotCaused(f"no call could be placed: {refused}") from None
            if not await self._stay(opened, seconds=SHORT_SECONDS):
                await asyncio.to_thread(self._end, opened["id"])

    async def _stay(self, opened: dict[str, Any], *, seconds: float) -> bool:
        """Until the other side ends it, or it is time to go home; answer whether there is no call any more."""
        ears = Ears()
        line = RoomLine(ears) if self._body["transport"] == "livekit" else SocketLine(ears)
        over = [asyncio.create_task(self._home.wait()), asyncio.create_task(line.ended.wait())]
        try:
            await line.connect(opened["url"], opened["token"])
            await asyncio.wait(over, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            return line.ended.is_set()
        except CallError:
            return True  # what the drill is about may be just that; the record has the reason
        finally:
            for task in over:
                task.cancel()
            await line.close()

    def _is_active(self, session: str) -> bool:
        return bool(self._api.get(f"/sessions/{session}")["state"] == State.ACTIVE)

    def _end(self, session: str) -> None:
        try:
            self._api.post(f"/sessions/{session}/end")
        except ApiRefused:
            return  # it has ended already, or the API is what is wrong; the clean-up ends it then
