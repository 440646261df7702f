"""The control plane's settings with loopback values, so that nothing has to be set to test it or to check its types."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from contract.timing import Timing
from tests.platform.addresses import LOOPBACK, port_of
from tests.platform.aws import ARTEFACTS, RECORDINGS, REGION, planned_aws
from tests.platform.livekit import API_KEY, API_SECRET, planned_livekit
from tests.platform.postgres import planned_postgres
from tests.platform.valkey import planned_valkey

DATABASE: Final = "control_plane"
PAGE_ORIGIN: Final = "http://localhost:5173"
NEXT_KEY: Final = "tests-next"  # while LiveKit's key is rotated
NEXT_SECRET: Final = "the-next-secret-of-the-tests-of-32-characters"
VARIABLES: Final[dict[str, str]] = {
    "SERVICE": "api",
    "ENVIRONMENT": "tests",
    "LISTEN_HOST": LOOPBACK,
    "LOCAL_PORT": str(port_of("api")),
    "AWS_REGION": REGION,
    "RELEASE": "sha-tests",
    "LOG_LEVEL": "INFO",
    "LIVEKIT_URL": planned_livekit(),
    "LIVEKIT_API_KEY": API_KEY,
    "LIVEKIT_API_SECRET": API_SECRET,
    "LIVE_REDIS_URL": planned_valkey("live"),
    "BROKER_REDIS_URL": planned_valkey("broker"),
    **planned_postgres().variables(DATABASE),
    "DATABASE_POOL_SIZE": "20",
    "RECORDINGS_BUCKET": RECORDINGS,
    "ARTEFACTS_BUCKET": ARTEFACTS,
    **{name.upper(): str(value) for name, value in Timing().model_dump().items()},
    "EMERGENCY_STOP_SECONDS": "4",  # a worker that is stopped at work waits half of it
    "DJANGO_SECRET_KEY": "django-secret-of-the-tests-which-has-fifty-characters-or-more",
    "CALLBACK_SIGNING_KEY": "callback-signing-key-of-the-tests-32-characters",
    "ALLOWED_HOSTS": f"{LOOPBACK},testserver",
    "PIPELINES": "local,deepgram_openai",
    "AGENT_NAME": "tests-agent",
    "VOICE_WEBSOCKET_URL": f"ws://{LOOPBACK}:{port_of('gateway')}/voice",
    "SESSION_COMPLETED_QUEUE_URL": planned_aws().queue_url,
    "API_KEY": "api-key-of-the-tests",
    "LIVEKIT_KEYS": json.dumps({API_KEY: API_SECRET, NEXT_KEY: NEXT_SECRET}),
    "CORS_ALLOWED_ORIGINS": PAGE_ORIGIN,
    "WEB_WORKERS": "1",
}


@contextmanager
def told(variables: Mapping[str, str]) -> Iterator[None]:
    """Let the process be told these variables and no more than it was before, afterwards."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


with told(VARIABLES):
    from control_plane.settings import *  # noqa: F403
