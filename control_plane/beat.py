"""Celery beat: `python -m control_plane.beat` sends what is due; there is one, and its tasks bear a second."""

import os
from time import monotonic
from typing import Any, Final

from contract.environment import BeatEnv
from contract.services import BEAT
from control_plane.environment import narrow, port_of, read_environment
from runtime.kit.beginning import end_when_told

STALLED_SECONDS: Final = 60  # something is due every five seconds


def main() -> None:
    """Send until SIGTERM."""
    end_when_told()
    environment = narrow(read_environment(os.environ), BeatEnv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "control_plane.settings")
    import django
    from celery import signals

    from runtime.kit import logs
    from runtime.kit.http import Probes, ProbeServer

    logs.configure(environment)
    django.setup()
    from control_plane.celery_app import app
    from control_plane.voice_sessions import tasks  # noqa: F401  it holds the schedule
    from control_plane.voice_sessions.measures import recorder, task_sent
    from runtime.kit.cloudwatch import Publisher

    sent = [monotonic()]

    def note(sender: str, **_: Any) -> None:
        sent[0] = monotonic()
        task_sent(sender)

    def is_sending() -> bool:
        return monotonic() - sent[0] < STALLED_SECONDS

    signals.after_task_publish.connect(note, weak=False)
    probes = Probes(is_alive=is_sending, is_ready=is_sending, metrics=recorder().exposition)
    server = ProbeServer(environment.listen_host, port_of(environment, BEAT), probes)
    publisher = Publisher(recorder(), region=environment.aws_region, every_seconds=environment.publish_seconds)
    publisher.start()
    try:
        # The schedule is in the code; a file with the last times would only be lost with the task.
        app.start(
            ["beat", "--scheduler", "celery.beat:Scheduler", "--pidfile", "", "--loglevel", environment.log_level]
        )
    finally:
        publisher.stop()
        server.close()


if __name__ == "__main__":
    main()
