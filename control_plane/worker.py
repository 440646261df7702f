"""A Celery worker of one pool: `python -m control_plane.worker`, the pool by CELERY_POOL."""

import os
import sys
import tempfile
from typing import Any, Final

from contract.environment import CeleryEnv
from contract.services import CELERY
from control_plane.environment import narrow, pool_of, port_of, read_environment

MULTIPROCESS: Final = "PROMETHEUS_MULTIPROC_DIR"


def main() -> None:
    """Work until SIGTERM; what is not done by then is given back to the broker."""
    environment = narrow(read_environment(os.environ), CeleryEnv)
    with tempfile.TemporaryDirectory(prefix="voiceplane-worker-") as folder:
        # Both are read when a library is imported, so nothing that imports one may come before.
        os.environ[MULTIPROCESS] = folder
        os.environ["REMAP_SIGTERM"] = environment.remap_sigterm
        _work(environment)


def _work(environment: CeleryEnv) -> None:
    from celery import signals

    from control_plane.celery_app import app
    from control_plane.worker_probes import WorkerProbes
    from runtime.kit import logs
    from runtime.kit.cloudwatch import Publisher
    from runtime.kit.http import ProbeServer

    logs.configure(environment)
    import django

    django.setup()
    from control_plane.voice_sessions.measures import recorder

    pool = pool_of(environment)
    publisher = Publisher(recorder(), region=environment.aws_region)
    probes = WorkerProbes(app, queue=pool.queue, environment=environment)

    workers: list[Any] = []

    def keep(sender: Any, **_: Any) -> None:
        workers.append(sender)

    def start(**_: Any) -> None:
        publisher.start()

    def stop(**_: Any) -> None:
        publisher.stop()

    # Children record in their own memory, so each publishes what it has done.
    signals.worker_init.connect(keep, weak=False)
    signals.worker_process_init.connect(start, weak=False)
    signals.worker_process_shutdown.connect(stop, weak=False)
    signals.worker_ready.connect(start, weak=False)
    signals.worker_shutdown.connect(stop, weak=False)
    server = ProbeServer(environment.listen_host, port_of(environment, CELERY), probes.answers(recorder()))
    limit = ["--time-limit", str(pool.task_time_limit_seconds)] if pool.execution == "prefork" else []
    try:
        app.start(
            [
                "worker",
                *("--pool", pool.execution),
                *("--concurrency", str(environment.celery_concurrency)),
                *("--queues", pool.queue),
                *("--loglevel", environment.log_level),
                *limit,
                "--without-gossip",
                "--without-mingle",
            ]
        )
    finally:
        server.close()
    # Celery's command says nothing of how its worker ended; a broken one must not look like a stopped one.
    sys.exit(workers[0].exitcode if workers else 1)


if __name__ == "__main__":
    main()
