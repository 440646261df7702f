"""Scale-in protection: ECS does not stop a task that holds it, neither to scale in nor to deploy."""

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from math import ceil
from typing import Any

import structlog

from contract.timing import GUARDIAN_SECONDS
from runtime.kit.errors import ProtectionRefused

AGENT_URI = "ECS_AGENT_URI"  # set by ECS in every container; absent on a laptop
ANSWER_SECONDS = 5
ATTEMPTS = 2
log = structlog.get_logger(__name__)


class Protection:
    """This task's protection: asked for when the first call comes, renewed at half-life, given back when idle.

    ECS limits how often it may be asked, so it is asked on those occasions only.
    """

    def __init__(self, uri: str | None, *, seconds: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare it.

        Args:
            uri: ECS's agent endpoint; None where there is none, and every request is then granted.
            seconds: How long ECS keeps it unless renewed, 60 to 172,800.
        """
        self._uri, self._seconds, self._clock = uri, seconds, clock
        self._held_since: float | None = None

    @property
    def is_held(self) -> bool:
        """Whether ECS has granted it, as far as this process knows."""
        return self._held_since is not None

    def hold(self) -> None:
        """Have it, asking ECS when it is not held or half of its time is over.

        Raises:
            ProtectionRefused: ECS refused or did not answer; what was held before may still be held.
        """
        now = self._clock()
        if self._held_since is not None and now - self._held_since < self._seconds / 2:
            return
        self._ask({"ProtectionEnabled": True, "ExpiresInMinutes": ceil(self._seconds / 60)})
        self._held_since = now

    def release(self) -> None:
        """Give it back, if it is held.

        Raises:
            ProtectionRefused: ECS did not take it; it runs out by itself, and the next release asks again.
        """
        if self._held_since is None:
            return
        self._ask({"ProtectionEnabled": False})
        self._held_since = None

    def _ask(self, state: dict[str, Any]) -> None:
        if self._uri is None:
            return
        failure = ""
        for _ in range(ATTEMPTS):
            failure = self._put(state)
            if not failure:
                log.info("scale-in protection changed", protected=state["ProtectionEnabled"])
                return
        raise ProtectionRefused(f"ECS refused {state}: {failure}; the task may be stopped at any time")

    def _put(self, state: dict[str, Any]) -> str:
        """Answer why ECS refused; empty when it did not."""
        request = urllib.request.Request(
            f"{self._uri}/task-protection/v1/state",
            data=json.dumps(state).encode(),
            headers={"Content-Type": "application/json"},
            method="PUT",
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
                told = json.load(answer)
        except urllib.error.HTTPError as refused:
            return f"{refused.code} {refused.read(512).decode(errors='replace')}"
        except (OSError, ValueError) as unreachable:
            return str(unreachable)
        failure = told.get("failure") or told.get("error")
        return json.dumps(failure) if failure else ""


async def keep(
    protection: Protection, *, is_busy: Callable[[], bool], on_refused: Callable[[ProtectionRefused], None]
) -> None:
    """Hold protection while there is work and give it back when there is none, until cancelled.

    Args:
        on_refused: Told of every refusal; the next look at the work, 5 s later, asks again.
    """
    while True:
        await asyncio.sleep(GUARDIAN_SECONDS)
        try:
            await asyncio.to_thread(protection.hold if is_busy() else protection.release)
        except ProtectionRefused as refused:
            log.error("protection refused", error=str(refused))
            on_refused(refused)
