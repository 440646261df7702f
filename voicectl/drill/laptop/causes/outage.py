"""A provider that refuses everybody, and callers who need it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from contract.pipelines import DEEPGRAM_OPENAI
from runtime.providers.faults import NONE, Fault
from voicectl.drill.laptop.callers import Callers
from voicectl.drill.laptop.stage import Stage
from voicectl.running.spoiling import spoil

PROVIDER: Final = "deepgram"  # asked at the very beginning of a call, so that nobody need say anything
AT_ONCE: Final = 4  # callers: each fails three times in a few seconds
TRANSPORT: Final = "websocket"  # the gateway takes them as fast as they come; an agent begins a process for each


@contextmanager
def provider_out(stage: Stage) -> Iterator[Mapping[str, str]]:
    """Have a provider answer 503 until somebody mends it, while callers come one after the other."""
    with Callers(stage, pipeline=DEEPGRAM_OPENAI.name, transport=TRANSPORT) as callers:
        spoil(stage.running, PROVIDER, Fault(status=503))
        try:
            callers.keep_coming(AT_ONCE)
            yield {"PROVIDER": PROVIDER}
        finally:
            spoil(stage.running, PROVIDER, NONE)
