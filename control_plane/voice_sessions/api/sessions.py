"""`/api/v1/sessions`: create, list, read, end, and let the caller in again."""

from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from contract.session import Reason, State
from control_plane.errors import PayloadInvalid
from control_plane.voice_sessions import selectors
from control_plane.voice_sessions.api.answers import detail_answer, opened_answer, summary_answer
from control_plane.voice_sessions.api.payloads import (
    Problem,
    SessionDetail,
    SessionOpened,
    SessionPage,
    SessionRequest,
    SessionSummary,
    TicketRequest,
    read_body,
)
from control_plane.voice_sessions.services.creation import voice_session_create
from control_plane.voice_sessions.services.ending import voice_session_end
from control_plane.voice_sessions.services.opening import Opened, Wish, session_ticket_issue, session_token_issue

MOST_KEY_CHARACTERS: Final = 255
STATES: Final = [state.value for state in State]


class Pages(CursorPagination):
    """By id, which sorts by time: a page does not move when sessions are added."""

    ordering = "-id"
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Read the cursor; PostgreSQL has no NUL to compare an id with."""
        cursor = super().decode_cursor(request)
        if cursor is not None and "\0" in str(cursor.position or ""):
            raise NotFound(self.invalid_cursor_message)
        return cursor


def _refusals(*codes: int) -> dict[int, Any]:
    return dict.fromkeys((401, *codes), Problem)


class SessionsView(APIView):
    """All sessions."""

    @extend_schema(
        operation_id="sessions_create",
        request=SessionRequest,
        parameters=[
            OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="at most 255 characters")
        ],
        responses={201: SessionOpened, **_refusals(400, 409, 413, 422, 503)},
    )
    def post(self, request: Request) -> Response:
        """Open a session; the same Idempotency-Key and body get the same answer."""
        asked = read_body(request, SessionRequest)
        key = request.headers.get("Idempotency-Key") or None
        if key and len(key) > MOST_KEY_CHARACTERS:
            raise PayloadInvalid(f"Idempotency-Key has {len(key)} characters, more than {MOST_KEY_CHARACTERS}")
        wish = Wish(**dict(asked))
        return Response(voice_session_create(wish, key=key, now=timezone.now(), answer=_told), status=201)

    @extend_schema(
        operation_id="sessions_list",
        parameters=[
            OpenApiParameter("state", str, enum=STATES),
            OpenApiParameter("limit", int, description="1 to 200, 50 by default"),
            OpenApiParameter("cursor", str, description="from next or previous"),
        ],
        responses={200: SessionPage, **_refusals(404, 422)},
    )
    def get(self, request: Request) -> Response:
        """List sessions, the newest first."""
        state = request.query_params.get("state")
        if state and state not in STATES:
            raise PayloadInvalid("state is none of ours", hint=f"choose one of {', '.join(STATES)}")
        pages = Pages()
        found = pages.paginate_queryset(selectors.sessions_list(state=State(state) if state else None), request) or []
        page = SessionPage(
            next=pages.get_next_link(),
            previous=pages.get_previous_link(),
            results=tuple(summary_answer(session) for session in found),
        )
        return Response(page.model_dump(mode="json"))


class SessionView(APIView):
    """One session."""

    @extend_schema(operation_id="sessions_read", responses={200: SessionDetail, **_refusals(404)})
    def get(self, _request: HttpRequest, session_id: str) -> Response:
        """Read everything that is known of a session."""
        session = selectors.session_get(session_id)
        detail = detail_answer(session, usage=selectors.usage_of(session_id), jobs=session.jobs.all())
        return Response(detail.model_dump(mode="json"))


class SessionEndView(APIView):
    """A session's end."""

    @extend_schema(operation_id="sessions_end", request=None, responses={200: SessionSummary, **_refusals(404)})
    def post(self, _request: HttpRequest, session_id: str) -> Response:
        """Hang up; one that has ended stays as it is."""
        session = voice_session_end(session_id, reason=Reason.HANGUP, now=timezone.now())
        return Response(summary_answer(session).model_dump(mode="json"))


class SessionTokenView(APIView):
    """A caller's way back over LiveKit."""

    @extend_schema(operation_id="sessions_token", request=None, responses={200: SessionOpened, **_refusals(404, 409)})
    def post(self, _request: HttpRequest, session_id: str) -> Response:
        """Mint a token of the same identity, while the session is open."""
        return Response(_told(session_token_issue(session_id, now=timezone.now())))


class SessionTicketView(APIView):
    """A caller's way back over a WebSocket, or a watcher's way in."""

    @extend_schema(
        operation_id="sessions_ticket",
        request=TicketRequest,
        responses={200: SessionOpened, **_refusals(400, 404, 409, 422)},
    )
    def post(self, request: Request, session_id: str) -> Response:
        """Write a ticket that is good once, for 30 seconds, while the session is open."""
        opens = read_body(request, TicketRequest).opens
        return Response(_told(session_ticket_issue(session_id, opens=opens, now=timezone.now())))


def _told(opened: Opened) -> dict[str, Any]:
    return opened_answer(opened).model_dump(mode="json")
