"""What asks whether the API works: ECS, the load balancer, the smoke test, Prometheus."""

from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from pydantic import SecretStr
from redis import Redis
from redis.exceptions import RedisError

from contract.environment import ControlPlaneEnv
from control_plane.voice_sessions import live_state, measures
from runtime.kit.http import EXPOSITION
from runtime.kit.valkey import connect


def livez(_request: HttpRequest) -> HttpResponse:
    """The process runs; its stores are not asked, because another process would not reach them either."""
    return HttpResponse(b"ok\n", content_type="text/plain")


def readyz(_request: HttpRequest) -> HttpResponse:
    """The process serves: without PostgreSQL it cannot."""
    is_ready = _database_answers()
    return HttpResponse(b"ok\n" if is_ready else b"no\n", status=200 if is_ready else 503, content_type="text/plain")


def health(_request: HttpRequest) -> HttpResponse:
    """Whether each store answers; open to anybody, so it says no more."""
    answers = {"database": _database_answers(), "live_state": _live_answers(), "broker": _broker_answers()}
    status = "ok" if all(answers.values()) else "degraded"
    release = settings.ENVIRONMENT.release
    return JsonResponse({"status": status, "release": release, **answers}, status=200 if status == "ok" else 503)


def metrics(_request: HttpRequest) -> HttpResponse:
    """Prometheus' text."""
    return HttpResponse(measures.recorder().exposition(), content_type=EXPOSITION)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _live_answers() -> bool:
    return _pings(live_state.valkey())


def _broker_answers() -> bool:
    environment: ControlPlaneEnv = settings.ENVIRONMENT
    password = environment.broker_redis_password
    return _pings(_broker(environment.broker_redis_url, password.get_secret_value() if password else ""))


def _pings(valkey: Redis) -> bool:
    try:
        return bool(valkey.ping())
    except RedisError:
        return False


@cache
def _broker(url: str, password: str) -> Redis:
    return connect(url, password=SecretStr(password) if password else None)
