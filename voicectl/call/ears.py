"""What the caller hears: when the agent speaks, when it has stopped, and the sound itself."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import numpy as np

from contract.voice_socket import SAMPLE_RATE

LOUD: Final = 300.0  # root mean square of 16-bit samples; silence and comfort noise are far below
PAUSE_SECONDS: Final = 1.2  # between two sentences the agent takes less
CHUNK_BYTES: Final = SAMPLE_RATE // 50 * 2


class Ears:
    """Listens to 24 kHz 16-bit mono."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing was heard yet."""
        self._clock = clock
        self._speech = asyncio.Event()
        self._first_loud = self._last_loud = 0.0
        self.heard = bytearray()

    def hear(self, sound: bytes) -> None:
        """Take what arrived."""
        for first in range(0, len(sound), CHUNK_BYTES):
            chunk = sound[first : first + CHUNK_BYTES]
            samples = np.frombuffer(chunk, dtype="<i2").astype(np.float64)
            if samples.size and float(np.sqrt(np.mean(samples**2))) > LOUD:
                self._last_loud = self._clock()
                if not self._speech.is_set():
                    self._first_loud = self._last_loud
                    self._speech.set()
                self.heard += chunk

    def forget(self) -> None:
        """Listen for the next thing said."""
        self._speech.clear()
        self.heard.clear()

    async def speech(self) -> float:
        """Wait until the agent speaks; answer when it began, by the clock."""
        await self._speech.wait()
        return self._first_loud

    async def pause(self) -> None:
        """Wait until the agent, who has begun to speak, has stopped."""
        await self._speech.wait()
        while True:
            quiet = self._clock() - self._last_loud
            if quiet >= PAUSE_SECONDS:
                return
            await asyncio.sleep(PAUSE_SECONDS - quiet)
