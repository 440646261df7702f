"""Celery's side: each task is a name, a queue and one call of a service."""

from typing import Any, Final

from celery import shared_task
from django.utils import timezone

from contract.pools import DATA, NOTIFICATIONS, POOLS
from control_plane.celery_app import app
from control_plane.voice_sessions import live_state, outbox
from control_plane.voice_sessions.jobs import JOBS
from control_plane.voice_sessions.services.job import job_perform
from control_plane.voice_sessions.services.purge import records_purge
from control_plane.voice_sessions.services.sweep import sessions_sweep

PULSE_SECONDS: Final = 10


def _register(job: str) -> Any:
    @shared_task(name=job, bind=True)
    def perform(self: Any, row_id: int) -> None:
        job_perform(row_id, job, delivery=self.request.id, now=timezone.now())

    return perform


JOB_TASKS: Final = tuple(_register(job) for job in JOBS)


@shared_task(name="outbox-sweep")
def outbox_sweep() -> None:
    """Send what was not sent, not done, or failed."""
    outbox.due_send(now=timezone.now())


@shared_task(name="sessions-sweep")
def sessions_sweep_task() -> None:
    """End what is stuck, finish what nobody finishes."""
    sessions_sweep(now=timezone.now())


@shared_task(name="records-purge")
def records_purge_task() -> None:
    """Forget what only made things count once."""
    records_purge(now=timezone.now())


@shared_task(name="queue-pulse")
def queue_pulse(queue: str) -> None:
    """Prove that a queue's workers do work."""
    live_state.pulse_write(queue, now=timezone.now())


def _periodic(task: str, *, seconds: float, queue: str, args: tuple[str, ...] = ()) -> dict[str, Any]:
    """A message that was not taken in time is void: the next one is there."""
    return {"task": task, "schedule": seconds, "args": args, "options": {"queue": queue, "expires": seconds}}


BEAT_SCHEDULE: Final = {
    "outbox-sweep": _periodic("outbox-sweep", seconds=5, queue=NOTIFICATIONS.queue),
    "sessions-sweep": _periodic("sessions-sweep", seconds=15, queue=NOTIFICATIONS.queue),
    "records-purge": _periodic("records-purge", seconds=3600, queue=DATA.queue),
    **{
        f"queue-pulse-{pool.name}": _periodic(
            "queue-pulse", seconds=PULSE_SECONDS, queue=pool.queue, args=(pool.queue,)
        )
        for pool in POOLS
    },
}
app.conf.beat_schedule = BEAT_SCHEDULE
