"""The faults that a test, or a drill, asks of one provider."""

import asyncio
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, Field


class Answer(StrEnum):
    """What becomes of an answer that was begun."""

    WHOLE = "whole"
    CUT = "cut"
    SILENT = "silent"
    MALFORMED = "malformed"


class Fault(BaseModel):
    """What a provider does wrong from now on.

    Attributes:
        latency_seconds: Waited before each answer, and before a refusal.
        status: Every request is refused with it, a WebSocket in its handshake.
        answer: `cut` closes the connection after the first part of the answer, `silent` takes the
            request and never answers, `malformed` puts a broken message into the answer.
        times: How many requests or answers it spoils before all is well again; None for all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    latency_seconds: float = Field(0, ge=0, le=120)
    status: int | None = Field(None, ge=400, le=599)
    answer: Answer = Answer.WHOLE
    times: int | None = Field(None, ge=1)


NONE = Fault()
CUT_SECONDS: Final = 0.2  # between the first part and the cut, which would overtake it otherwise


class Faults:
    """The present fault of one provider, and how often it may still strike."""

    def __init__(self) -> None:
        """Begin without one."""
        self._fault = NONE
        self._left: int | None = None

    def set(self, fault: Fault) -> None:
        """Replace the present fault."""
        self._fault = fault
        self._left = fault.times

    async def refusal(self) -> int | None:
        """Answer the status to refuse a request with, if it is to be refused, after the fault's latency."""
        if self._fault.status is None:
            return None
        fault = self._strike()
        await asyncio.sleep(fault.latency_seconds)
        return fault.status

    async def answer(self) -> Answer:
        """Say how to spoil the answer that is due now, after the fault's latency."""
        if self._fault.status is not None:
            return Answer.WHOLE
        fault = self._strike()
        await asyncio.sleep(fault.latency_seconds)
        return fault.answer

    @property
    def is_silent(self) -> bool:
        """Nothing at all may be sent, not even what precedes an answer."""
        return self._fault.answer is Answer.SILENT

    def _strike(self) -> Fault:
        struck = self._fault
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                self.set(NONE)
        return struck
