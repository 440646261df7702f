"""A Celery worker of one pool: `python -m control_plane.worker`, the pool by CELERY_POOL."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import TYPE_CHECKING, Any, Final

from contract.environment import CeleryEnv
from contract.services import CELERY
from control_plane.environment import narrow, pool_of, port_of, read_environment
from runtime.kit.beginning import end_when_told

if TYPE_CHECKING:
    from runtime.kit.metrics import Recorder

MULTIPROCESS: Final = "PROMETHEUS_MULTIPROC_DIR"


def main() -> None:
    """Work until SIGTERM; what is not done by then is given back to the broker."""
    end_when_told()
    environment = narrow(read_environment(os.environ), CeleryEnv)
    with tempfile.TemporaryDirectory(prefix="voiceplane-worker-") as folder:
        # Both are read when a library is imported, so nothing that imports one may come before.
        os.environ[MULTIPROCESS] = folder
        os.environ["REMAP_SIGTERM"] = environment.remap_sigterm
        _work(environment)


def _work(environment: CeleryEnv) -> None:
    import django

    from control_plane.celery_app import app
    from control_plane.worker_probes import WorkerProbes
    from runtime.kit import logs
    from runtime.kit.http import ProbeServer

    logs.configure(environment)
    django.setup()
    from control_plane.voice_sessions.measures import recorder

    pool = pool_of(environment)
    probes = WorkerProbes(app, queue=pool.queue, environment=environment)
    server = ProbeServer(environment.listen_host, port_of(environment, CELERY), probes.answers(recorder()))
    workers = _follow(recorder(), environment)
    try:
        app.start(["worker", *_options(environment)])
    finally:
        server.close()
    # Celery's command says nothing of how its worker ended; a broken one must not look like a stopped one.
    sys.exit(workers[0].exitcode if workers else 1)


def _options(environment: CeleryEnv) -> list[str]:
    pool = pool_of(environment)
    limit = ["--time-limit", str(pool.task_time_limit_seconds)] if pool.execution == "prefork" else []
    return [
        *("--pool", pool.execution),
        *("--concurrency", str(environment.celery_concurrency)),
        *("--queues", pool.queue),
        *("--loglevel", environment.log_level),
        *limit,
        "--without-gossip",
        "--without-mingle",
    ]


def _follow(recorder: Recorder, environment: CeleryEnv) -> list[Any]:
    """Publish what is recorded, in the worker and in each of its children; answer the list that holds the worker."""
    from celery import signals

    from runtime.kit.cloudwatch import Publisher

    publisher, workers = (
        Publisher(recorder, region=environment.aws_region, every_seconds=environment.publish_seconds),
        [],
    )

    def keep(sender: Any, **_: Any) -> None:
        workers.append(sender)

    def start(**_: Any) -> None:
        publisher.start()

    def stop(**_: Any) -> None:
        publisher.stop()

    signals.worker_init.connect(keep, weak=False)
    signals.worker_process_init.connect(start, weak=False)
    signals.worker_process_shutdown.connect(stop, weak=False)
    signals.worker_ready.connect(start, weak=False)
    signals.worker_shutdown.connect(stop, weak=False)
    return workers


if __name__ == "__main__":
    main()
