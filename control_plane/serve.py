"""The API: `python -m control_plane.serve` runs Django behind granian, in as many processes as WEB_WORKERS says."""

import os
import tempfile
from pathlib import Path
from typing import Any, Final

from contract.environment import ApiEnv
from contract.services import API
from control_plane.environment import narrow, port_of, read_environment
from runtime.kit.beginning import end_when_told

MULTIPROCESS: Final = "PROMETHEUS_MULTIPROC_DIR"
DRAIN_SECONDS: Final = 30  # for requests that are being answered when SIGTERM comes
OUR_LOGS: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {"_granian": {"level": "WARNING", "handlers": [], "propagate": True}},
}


def main() -> None:
    """Serve until SIGTERM."""
    end_when_told()
    environment = narrow(read_environment(os.environ), ApiEnv)
    with tempfile.TemporaryDirectory(prefix="voiceplane-api-") as folder:
        metrics, static = Path(folder) / "metrics", Path(folder) / "static"
        metrics.mkdir()
        os.environ[MULTIPROCESS] = str(metrics)  # before prometheus_client is imported
        _collect_static(static)
        _serve(environment, static=static)


def _collect_static(folder: Path) -> None:
    """The admin's own files; granian serves them."""
    from django.conf import settings
    from django.core.management import call_command

    from control_plane.wsgi import application  # noqa: F401  sets Django up, and our logs

    settings.STATIC_ROOT = folder
    call_command("collectstatic", verbosity=0, interactive=False)


def _serve(environment: ApiEnv, *, static: Path) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "control_plane.wsgi:application",
        address=environment.listen_host,
        port=port_of(environment, API),
        interface=Interfaces.WSGI,
        workers=environment.web_workers,
        blocking_threads=environment.database_pool_size,  # a request holds at most one connection
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_SECONDS,
        log_dictconfig=OUR_LOGS,
        static_path_route=["/static"],
        static_path_mount=[static],
    ).serve()


if __name__ == "__main__":
    main()
