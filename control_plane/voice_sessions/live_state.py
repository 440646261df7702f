"""What the control plane writes to and reads from the live Valkey: tickets, heartbeats, events, the queues' pulse.

Nothing here is the record. Where Valkey is down, events are lost and everything else says so.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Final

import structlog
from django.conf import settings
from pydantic import SecretStr
from redis import Redis
from redis.exceptions import RedisError

from contract.environment import LiveStateEnv
from contract.live_state import EVENTS_CHANNEL, HEARTBEAT_KEY, STATE_KEY, TICKET_KEY, Ticket
from contract.session import Heartbeat, SessionEvent
from contract.timing import LIVE_STATE_SECONDS, TICKET_SECONDS
from runtime.kit.valkey import connect

PULSE_KEY: Final = "celery:pulse:{queue}"  # when the queue's heartbeat task last ran, ISO 8601
log = structlog.get_logger(__name__)


def valkey() -> Redis:
    """The process's client; connections are made when they are used."""
    environment: LiveStateEnv = settings.ENVIRONMENT
    password = environment.live_redis_password
    return _client(environment.live_redis_url, password.get_secret_value() if password else "")


def ticket_issue(ticket: Ticket) -> str:
    """Write a ticket and answer the secret that opens it once, within TICKET_SECONDS."""
    secret = secrets.token_urlsafe(32)
    key = TICKET_KEY.format(digest=hashlib.sha256(secret.encode()).hexdigest())
    valkey().set(key, ticket.model_dump_json(), ex=TICKET_SECONDS)
    return secret


def heartbeat_write(session_id: str, heartbeat: Heartbeat) -> None:
    """Keep the latest heartbeat of a session."""
    valkey().set(HEARTBEAT_KEY.format(session_id=session_id), heartbeat.model_dump_json(), ex=LIVE_STATE_SECONDS)


def heartbeats_read(session_ids: Iterable[str]) -> Mapping[str, Heartbeat]:
    """Answer the latest heartbeat of each session that has one."""
    ids = list(session_ids)
    if not ids:
        return {}
    found = valkey().mget([HEARTBEAT_KEY.format(session_id=each) for each in ids])
    return {
        each: Heartbeat.model_validate_json(text) for each, text in zip(ids, found, strict=True) if text is not None
    }


def event_publish(event: SessionEvent) -> None:
    """Tell whoever watches, and leave the latest state for who comes later; what else was missed is missed."""
    text = event.model_dump_json(exclude_none=True)
    try:
        if event.state is not None:
            valkey().set(STATE_KEY.format(session_id=event.session_id), text, ex=LIVE_STATE_SECONDS)
        valkey().publish(EVENTS_CHANNEL.format(session_id=event.session_id), text)
    except RedisError as failed:
        log.warning("event not published", event_name=event.event, session_id=event.session_id, error=repr(failed))


def pulse_write(queue: str, *, now: datetime) -> None:
    """Note that a worker of the queue has just run a task."""
    valkey().set(PULSE_KEY.format(queue=queue), now.isoformat())


def pulse_age_seconds(queue: str, *, now: datetime) -> float | None:
    """Answer how long ago a worker of the queue last ran its heartbeat task; None if never."""
    text = valkey().get(PULSE_KEY.format(queue=queue))
    return None if text is None else (now - datetime.fromisoformat(str(text)).astimezone(UTC)).total_seconds()


@cache
def _client(url: str, password: str) -> Redis:
    return connect(url, password=SecretStr(password) if password else None)
