"""An agent that dies in a call while the clean-up does not run."""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from contract.pipelines import DEEPGRAM_OPENAI
from voicectl.drill.laptop.callers import Callers
from voicectl.drill.laptop.causes.hanging import hanging
from voicectl.drill.laptop.stage import Stage


@contextmanager
def stuck(stage: Stage) -> Iterator[Mapping[str, str]]:
    """Kill whoever talks in a call, as the kernel does when memory is short, with beat hanging."""
    talker = "agent" if "livekit" in stage.running.transports else "websocket"
    with hanging(stage, "beat"), Callers(stage, pipeline=DEEPGRAM_OPENAI.name) as callers:
        (session,) = callers.hold(1)
        with suppress(ProcessLookupError):
            os.killpg(stage.pid_of(talker), signal.SIGKILL)
        callers.leave()
        yield {"SESSION": session}
