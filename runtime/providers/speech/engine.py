"""A thread for one model, and how many may wait for it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, ParamSpec, TypeVar

from runtime.providers.errors import SpeechBusy

MOST_REQUESTS: Final = 8  # at work or waiting; a ninth would be answered after its client gave up
THREADS_OF_A_MODEL: Final = 2  # more than a laptop's two spare cores would slow the call itself
P = ParamSpec("P")
T = TypeVar("T")


class Engine:
    """Runs one thing at a time, off the event loop."""

    def __init__(self, name: str) -> None:
        """Begin with nobody waiting."""
        self._name = name
        self._requests = 0
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Count a request from its start to its end.

        Raises:
            SpeechBusy: As many are counted as may be.
        """
        if self._requests >= MOST_REQUESTS:
            raise SpeechBusy(f"{self._requests} requests wait for the {self._name}; try again in a second")
        self._requests += 1
        try:
            yield
        finally:
            self._requests -= 1

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do one piece of work when all before it is done."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(*args, **kwargs))

    async def pieces(self, work: Iterator[T]) -> AsyncIterator[T]:
        """Yield an iterator's pieces as they are made; others are served between two of them."""
        end = object()
        while (piece := await self.run(next, work, end)) is not end:
            yield piece  # type: ignore[misc]

    def close(self) -> None:
        """Forget what waits; what is at work ends by itself."""
        self._thread.shutdown(wait=False, cancel_futures=True)
