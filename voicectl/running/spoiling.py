"""A loopback provider that does wrong: what an outage is on AWS, a fault is here."""

import httpx

from runtime.providers.control import Control
from runtime.providers.faults import Fault
from voicectl.running.errors import ProviderSilent
from voicectl.running.restart import process_of
from voicectl.up.state import Running


def spoil(running: Running, provider: str, fault: Fault) -> None:
    """Let a provider do wrong from now on, or well again.

    Raises:
        ProviderSilent: The providers do not answer, or know no such one.
    """
    port = process_of(running, "providers").ports[0]
    try:
        with Control(f"http://127.0.0.1:{port}") as control:
            control.spoil(provider, fault)
    except httpx.HTTPStatusError as refused:
        raise ProviderSilent(refused.response.text.strip()) from None
    except httpx.TransportError as silent:
        raise ProviderSilent(f"the loopback providers do not answer: {silent}; look at `voicectl status`") from None
