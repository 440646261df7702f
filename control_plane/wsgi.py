"""The WSGI application that granian's workers load."""

import os
from collections.abc import Callable, Iterable
from functools import cache
from multiprocessing.util import Finalize
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "control_plane.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from runtime.kit import logs

answer = get_wsgi_application()
logs.configure(settings.ENVIRONMENT)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request; the first one of a worker, such as a health check, begins what it publishes."""
    publish()
    return answer(environ, start_response)


@cache
def publish() -> None:
    """Publish from this worker until it ends, and then the rest: a thread that began before the fork would be lost."""
    from control_plane.voice_sessions.measures import recorder
    from runtime.kit.cloudwatch import Publisher

    environment = settings.ENVIRONMENT
    publisher = Publisher(recorder(), region=environment.aws_region, every_seconds=environment.publish_seconds)
    publisher.start()
    Finalize(None, publisher.stop, exitpriority=1)  # multiprocessing's children run no atexit
