"""Browsers may call the API from the page's origin, and from no other."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

PREFLIGHT_SECONDS: Final = 600
HEADERS: Final = {
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Expose-Headers": "Retry-After",
    "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
}


class CrossOrigin:
    """Answers preflights, and marks answers that a page of an allowed origin may read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Wrap what follows."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let a request through, or answer it where it only asks whether it may."""
        asks = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = HttpResponse(status=204) if asks else self._get_response(request)
        origin = request.headers.get("Origin", "")
        patch_vary_headers(response, ["Origin"])
        if origin in settings.CORS_ALLOWED_ORIGINS:
            response["Access-Control-Allow-Origin"] = origin
            for name, value in HEADERS.items():
                response[name] = value
        return response
