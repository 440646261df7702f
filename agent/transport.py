"""What a call needs from whatever carries its sound: a LiveKit room, or a WebSocket."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from livekit.agents import AgentSession

from contract.session import TranscriptTurn


class Transport(Protocol):
    """Carries one call.

    Attributes:
        gone: Set when it will never carry sound again: the room was deleted, or the service stops.
    """

    gone: asyncio.Event

    @property
    def caller_present(self) -> bool:
        """Whether the caller is there at this moment."""

    def watch(self, on_presence: Callable[[bool], None]) -> None:
        """Tell when the caller comes and goes."""

    async def attach(self, session: "AgentSession[None]") -> None:
        """Become the session's input and output."""

    async def heard(self) -> None:
        """Wait until the caller would hear the agent."""

    async def show(self, turn: TranscriptTurn) -> None:
        """Let the caller read a turn, where the transport has a way."""
