"""Requests are counted and timed by route; what asks after the API's health is not."""

from collections.abc import Callable
from time import monotonic
from typing import Final

from django.http import HttpRequest, HttpResponse

from contract.services import API_HEALTH_PATH, LIVENESS_PATH, METRICS_PATH, READINESS_PATH
from control_plane.voice_sessions.measures import request_recorded

PROBES: Final = frozenset({API_HEALTH_PATH, LIVENESS_PATH, METRICS_PATH, READINESS_PATH})
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER: Final = "other"  # a client may send any word as a method, and each label is kept for ever


class Measured:
    """Measures what follows, the first of the middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Wrap what follows."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and count the answer."""
        begun = monotonic()
        response = self._get_response(request)
        if request.path not in PROBES:
            request_recorded(
                request.method if request.method in METHODS else OTHER,
                route=request.resolver_match.route if request.resolver_match else OTHER,
                status=response.status_code,
                seconds=monotonic() - begun,
            )
        return response
