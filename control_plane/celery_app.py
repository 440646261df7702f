"""The Celery application: JSON only, a queue for each pool, and settings that lose nothing (facts: reliability B2).

Not called celery.py, which would hide the library.
"""

import os
from typing import Any, Final

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "control_plane.settings")

from celery import Celery, signals
from django.conf import settings
from kombu.entity import Exchange, Queue

from contract.pools import POOLS, VISIBILITY_TIMEOUT_SECONDS
from control_plane.environment import broker_url

CONNECT_SECONDS: Final = 2
ANSWER_SECONDS: Final = 5

app = Celery("control_plane", broker=broker_url(settings.ENVIRONMENT))
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    result_serializer="json",
    task_ignore_result=True,
    # A task that dies with its worker is redelivered; the outbox makes that harmless.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # Celery waits all of it when a task runs; then what runs is given back to the broker.
    worker_soft_shutdown_timeout=settings.ENVIRONMENT.emergency_stop_seconds // 2,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_hijack_root_logger=False,
    worker_enable_remote_control=True,
    worker_send_task_events=True,  # Flower shows them; nobody listens in production
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=CONNECT_SECONDS,
    broker_transport_options={
        "visibility_timeout": VISIBILITY_TIMEOUT_SECONDS,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": ANSWER_SECONDS,
        "socket_keepalive": True,
    },
    # Without an exchange and a key of its own a queue would share Celery's default ones, and get everybody's messages.
    task_queues=[Queue(pool.queue, Exchange(pool.queue), routing_key=pool.queue) for pool in POOLS],
    task_create_missing_queues=False,
    task_default_queue=POOLS[0].queue,
    timezone="UTC",
)
app.autodiscover_tasks(["control_plane.voice_sessions"])


@signals.setup_logging.connect
def _keep_our_logs(**_: Any) -> None:
    """With a receiver, Celery sets up no logging of its own."""
