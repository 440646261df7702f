"""Who may ask: whoever has the API key, or one session's agent."""

import hmac
from abc import ABC, abstractmethod
from typing import Any, NamedTuple

import jwt
from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from contract.environment import ApiEnv
from control_plane.environment import narrow
from control_plane.voice_sessions.callback_token import callback_token_read

SCHEME = "Bearer"


class Machine(NamedTuple):
    """Whoever authenticated: no person.

    Attributes:
        session_id: The one session that it may speak for; empty for the API key.
    """

    session_id: str = ""
    is_authenticated: bool = True


class _Bearer(BaseAuthentication, ABC):
    def authenticate(self, request: Request) -> tuple[Machine, None] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != SCHEME or not token:
            return None
        return self._machine(token.strip()), None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """DRF answers 401 and not 403 where there is one."""
        return SCHEME

    @abstractmethod
    def _machine(self, token: str) -> Machine:
        """Who shows this token; raises AuthenticationFailed for anybody else."""


class ApiKey(_Bearer):
    """The one key of /api/v1."""

    def _machine(self, token: str) -> Machine:
        key = narrow(settings.ENVIRONMENT, ApiEnv).api_key.get_secret_value()
        if not hmac.compare_digest(token.encode(), key.encode()):
            raise AuthenticationFailed("the API key is wrong")
        return Machine()


class CallbackToken(_Bearer):
    """The token of one session's agent, for /internal."""

    def _machine(self, token: str) -> Machine:
        try:
            return Machine(session_id=callback_token_read(token))
        except jwt.InvalidTokenError as invalid:
            raise AuthenticationFailed(f"the callback token is not valid: {type(invalid).__name__}") from None


class _ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "control_plane.voice_sessions.api.authentication.ApiKey"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        """In the OpenAPI document."""
        return {"type": "http", "scheme": "bearer"}


class _CallbackScheme(OpenApiAuthenticationExtension):
    target_class = "control_plane.voice_sessions.api.authentication.CallbackToken"
    name = "callbackToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        """In the OpenAPI document."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
