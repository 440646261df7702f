"""The agent's side of the internal API: turns, heartbeats and the finish of one session."""

from typing import Final

import httpx
import stamina
from pydantic import ValidationError

from agent.errors import CallbackRefused, ControlPlaneSilent, Fenced
from contract.session import CallbackAnswer, Heartbeat, Payload, SessionFinished, TurnsPosted

ANSWER_SECONDS: Final = 5.0
LONGEST_WAIT_SECONDS: Final = 5.0  # between two attempts; jitter on top, so that a fleet does not come back at once
FENCED: Final = 409
LATER: Final = (408, 429)  # besides every 5xx


class ControlPlane:
    """One session's callbacks, authorized by the token in its metadata."""

    def __init__(self, url: str, *, session_id: str, token: str) -> None:
        """Prepare a client.

        Args:
            url: The internal listener's `/internal`.
            token: The session's callback token.
        """
        self._client = httpx.AsyncClient(
            base_url=f"{url.rstrip('/')}/sessions/{session_id}/",
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            timeout=ANSWER_SECONDS,
        )

    async def aclose(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def beat(self, heartbeat: Heartbeat) -> CallbackAnswer:
        """Say that the agent lives; not repeated, since the next one comes in a second.

        Raises:
            Fenced: A later attempt has the session.
            CallbackRefused: The token or session is not known.
            ControlPlaneSilent: No answer.
        """
        return await self._post("heartbeat", heartbeat)

    async def post_turns(self, turns: TurnsPosted, *, patience_seconds: float | None = None) -> CallbackAnswer:
        """Put turns into the record, again and again until it has them.

        Args:
            patience_seconds: When to give up; None never does.

        Raises:
            Fenced: A later attempt has the session.
            CallbackRefused: The record will not have them.
            ControlPlaneSilent: Patience is over.
        """
        return await self._insist("turns", turns, patience_seconds=patience_seconds)

    async def finish(self, finished: SessionFinished, *, patience_seconds: float) -> CallbackAnswer:
        """Hand the session over to what follows a call; errors as in `post_turns`."""
        return await self._insist("finish", finished, patience_seconds=patience_seconds)

    async def _insist(self, path: str, payload: Payload, *, patience_seconds: float | None) -> CallbackAnswer:
        async for attempt in stamina.retry_context(
            on=ControlPlaneSilent, attempts=None, timeout=patience_seconds, wait_max=LONGEST_WAIT_SECONDS
        ):
            with attempt:
                return await self._post(path, payload)
        raise AssertionError("stamina ends with an answer or an error")

    async def _post(self, path: str, payload: Payload) -> CallbackAnswer:
        try:
            answer = await self._client.post(path, content=payload.model_dump_json())
        except httpx.TransportError as silent:
            raise ControlPlaneSilent(f"{path}: {type(silent).__name__}") from silent
        if answer.status_code == FENCED:
            raise Fenced(f"{path}: a later attempt has this session")
        if answer.status_code >= 500 or answer.status_code in LATER:
            raise ControlPlaneSilent(f"{path}: answered {answer.status_code}")
        if answer.is_error:
            raise CallbackRefused(f"{path}: answered {answer.status_code}")
        try:
            return CallbackAnswer.model_validate_json(answer.content)
        except ValidationError as unreadable:
            raise CallbackRefused(f"{path}: answered something that is no CallbackAnswer") from unreadable
