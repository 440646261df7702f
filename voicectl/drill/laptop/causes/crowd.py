"""More people in rooms than a node is known to carry."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from contract.pipelines import DEEPGRAM_OPENAI
from voicectl.drill.errors import NotCaused
from voicectl.drill.laptop.callers import Callers
from voicectl.drill.laptop.stage import Stage

IN_A_CALL: Final = 2  # participants: the caller and the agent


@contextmanager
def crowd(stage: Stage) -> Iterator[Mapping[str, str]]:
    """Place as many calls as the alarm's threshold needs, and hold them until somebody ends them."""
    if "livekit" not in stage.running.transports:
        raise NotCaused("there is no LiveKit server here, so no node that could be full; see `voicectl status`")
    with Callers(stage, pipeline=DEEPGRAM_OPENAI.name, transport="livekit") as callers:
        first, *_ = callers.hold(math.ceil((stage.threshold or 0) / IN_A_CALL))
        yield {"SESSION": first}
