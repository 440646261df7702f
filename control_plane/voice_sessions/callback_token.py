"""The bearer token of one session's agent: it may post that session's callbacks, and nothing else."""

from datetime import datetime, timedelta
from typing import Final

import jwt
from django.conf import settings

from contract.environment import ControlPlaneEnv

ALGORITHM: Final = "HS256"


def callback_token_issue(session_id: str, *, now: datetime) -> str:
    """Sign a token that lives as long as a session may, and its post-call work after that."""
    environment: ControlPlaneEnv = settings.ENVIRONMENT
    lifetime = timedelta(seconds=environment.zombie_seconds + environment.post_call_seconds)
    claims = {"sub": session_id, "exp": now + lifetime}
    return jwt.encode(claims, environment.callback_signing_key.get_secret_value(), algorithm=ALGORITHM)


def callback_token_read(token: str) -> str:
    """Answer the session that a token is of.

    Raises:
        jwt.InvalidTokenError: Forged, expired, or without what every token of ours has.
    """
    environment: ControlPlaneEnv = settings.ENVIRONMENT
    key = environment.callback_signing_key.get_secret_value()
    claims = jwt.decode(token, key, algorithms=[ALGORITHM], options={"require": ["sub", "exp"]})
    return str(claims["sub"])
