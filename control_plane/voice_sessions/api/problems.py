"""Every error answer is problem+json (RFC 9457): what kind, what happened, what to do."""

import json
from typing import Any, Final

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from redis.exceptions import RedisError
from rest_framework.exceptions import APIException

from control_plane.errors import PayloadTooLarge, Refused

PROBLEM_JSON: Final = "application/problem+json"
TYPE: Final = "urn:voiceplane:problem:{code}"
AGAIN_SECONDS: Final = 2
log = structlog.get_logger(__name__)


class StoreUnavailable(Refused):
    """PostgreSQL or Valkey does not answer."""

    status, code, title = 503, "store_unavailable", "A store does not answer"
    hint = "try again"


def problem(refused: Refused) -> HttpResponse:
    """Answer a refusal."""
    return _response(
        status=refused.status,
        code=refused.code,
        title=refused.title,
        detail=refused.detail,
        hint=refused.advice,
        headers={"Retry-After": str(refused.retry_after_seconds)} if refused.retry_after_seconds else {},
    )


def no_such_path(_request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  its name is Django's
    """Answer for a path that is nothing's; Django passes the exception by this name."""
    return _response(status=404, code="not_found", title="Not found", detail="no such path", hint="see /api/schema")


def our_mistake(_request: HttpRequest) -> HttpResponse:
    """Answer what nobody foresaw; Django has logged it."""
    return _response(status=500, code="internal", title="Our mistake", detail="it is logged", hint="try again later")


def answer_problem(raised: Exception, _context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler; None lets a mistake of ours rise."""
    if isinstance(raised, Refused):
        return problem(raised)
    if isinstance(raised, RequestDataTooBig):
        return problem(PayloadTooLarge("more than 1048576 bytes", hint="send less"))
    if isinstance(raised, RedisError | OperationalError):
        log.error("store unavailable", error=type(raised).__name__)
        return problem(StoreUnavailable(type(raised).__name__, retry_after_seconds=AGAIN_SECONDS))
    if isinstance(raised, Http404):
        return _response(status=404, code="not_found", title="Not found", detail="no such thing", hint="")
    if isinstance(raised, APIException):
        return _of_framework(raised)
    return None


def _of_framework(raised: APIException) -> HttpResponse:
    codes = raised.get_codes()
    code = codes if isinstance(codes, str) else "invalid"
    authenticate = getattr(raised, "auth_header", None)
    return _response(
        status=raised.status_code,
        code=code,
        title=str(raised.default_detail),
        detail=str(raised.detail) if isinstance(codes, str) else "see /api/schema",
        hint="send Authorization: Bearer …" if raised.status_code == 401 else "",
        headers={"WWW-Authenticate": authenticate} if authenticate else {},
    )


def _response(
    *, status: int, code: str, title: str, detail: str, hint: str, headers: dict[str, str] | None = None
) -> HttpResponse:
    body = {
        "type": TYPE.format(code=code),
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "hint": hint,
    }
    return HttpResponse(json.dumps(body), status=status, content_type=PROBLEM_JSON, headers=headers or {})
