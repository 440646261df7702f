"""`python -m control_plane.supervisor`: two run, one leads."""

import os
import signal
import time
from threading import Event
from typing import Final

from contract.environment import SupervisorEnv
from contract.services import SUPERVISOR
from control_plane.environment import narrow, port_of, read_environment
from runtime.kit.beginning import end_when_told

STALLED_SECONDS: Final = 60


def main() -> None:
    """Supervise until SIGTERM."""
    end_when_told()
    environment = narrow(read_environment(os.environ), SupervisorEnv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "control_plane.settings")
    import django

    from runtime.kit import logs
    from runtime.kit.http import Probes, ProbeServer

    logs.configure(environment)
    django.setup()
    from control_plane.supervisor.watch import Supervisor

    told_to_stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: told_to_stop.set())
    supervisor = Supervisor(environment)

    def is_looking() -> bool:
        return time.monotonic() - supervisor.looked_at < STALLED_SECONDS

    probes = Probes(is_alive=is_looking, is_ready=is_looking, metrics=supervisor.exposition)
    server = ProbeServer(environment.listen_host, port_of(environment, SUPERVISOR), probes)
    try:
        supervisor.run(told_to_stop)
    finally:
        server.close()


if __name__ == "__main__":
    main()
