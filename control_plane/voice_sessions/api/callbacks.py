"""`/internal`: what a session's agent posts; each answers where the record is."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contract.session import CallbackAnswer, Heartbeat, SessionFinished, TurnsPosted
from control_plane.errors import AttemptOutdated, SessionUnknown
from control_plane.voice_sessions.api.answers import callback_answer
from control_plane.voice_sessions.api.authentication import CallbackToken, Machine
from control_plane.voice_sessions.api.payloads import Problem, read_body
from control_plane.voice_sessions.models import VoiceSession
from control_plane.voice_sessions.selectors import session_get
from control_plane.voice_sessions.services.callbacks import heartbeat_take, turns_post
from control_plane.voice_sessions.services.ending import voice_session_finish

Body = TypeVar("Body", bound=BaseModel)
ANSWERS: dict[int, Any] = {
    200: CallbackAnswer,
    401: Problem,
    404: Problem,
    409: CallbackAnswer,
    413: Problem,
    422: Problem,
}


class _CallbackView(APIView):
    authentication_classes = (CallbackToken,)

    def _take(
        self, request: Request, session_id: str, kind: type[Body], service: Callable[..., VoiceSession]
    ) -> Response:
        """An agent that was fenced is told by whom, in the same words."""
        if cast(Machine, request.user).session_id != session_id:
            raise SessionUnknown("the token is another session's")
        body = read_body(request, kind)
        try:
            session, status = service(session_id, body, now=timezone.now()), 200
        except AttemptOutdated:
            session, status = session_get(session_id), 409
        return Response(callback_answer(session).model_dump(mode="json"), status=status)


class TurnsView(_CallbackView):
    """Committed turns and usage."""

    @extend_schema(operation_id="turns_post", request=TurnsPosted, responses=ANSWERS)
    def post(self, request: Request, session_id: str) -> Response:
        """Keep what is new."""
        return self._take(request, session_id, TurnsPosted, turns_post)


class HeartbeatView(_CallbackView):
    """The agent's sign of life."""

    @extend_schema(operation_id="heartbeat_post", request=Heartbeat, responses=ANSWERS)
    def post(self, request: Request, session_id: str) -> Response:
        """Keep the latest."""
        return self._take(request, session_id, Heartbeat, heartbeat_take)


class FinishView(_CallbackView):
    """The agent's last word."""

    @extend_schema(operation_id="finish_post", request=SessionFinished, responses=ANSWERS)
    def post(self, request: Request, session_id: str) -> Response:
        """Hand the session over to the jobs, once."""
        return self._take(request, session_id, SessionFinished, voice_session_finish)
