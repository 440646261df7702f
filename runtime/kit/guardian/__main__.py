"""`python -m runtime.kit.guardian`: guard the neighbour until it is gone.

After SIGTERM the neighbour drains for as long as its calls take; the guardian publishes until the end of that.
"""

import os
import signal
import time
from threading import Event

import structlog

from contract.environment import GuardianEnv
from contract.services import GUARDIAN
from contract.timing import GUARDIAN_SECONDS
from runtime.kit.beginning import begin
from runtime.kit.cloudwatch import Publisher
from runtime.kit.guardian.guard import Guard
from runtime.kit.http import Probes, ProbeServer
from runtime.kit.metrics import Recorder
from runtime.kit.protection import AGENT_URI, Protection

log = structlog.get_logger(__name__)


def guard(environment: GuardianEnv, *, told_to_stop: Event) -> None:
    """Guard until the neighbour has gone after we were told to stop."""
    recorder = Recorder(environment.environment, publisher=GUARDIAN.name)
    publisher = Publisher(recorder, region=environment.aws_region, every_seconds=environment.publish_seconds)
    protection = Protection(os.environ.get(AGENT_URI), seconds=environment.scale_in_protection_seconds)
    guardian = Guard(environment, protection=protection, recorder=recorder, clock=time.monotonic)
    probes = Probes(is_alive=lambda: True, is_ready=lambda: True, metrics=recorder.exposition)
    health = ProbeServer(environment.listen_host, environment.local_port or GUARDIAN.health_port, probes)
    publisher.start()
    tick = Event()  # never set: only its waiting is used, so that looks come at a pace
    try:
        while guardian.look() or not told_to_stop.is_set():
            (tick if told_to_stop.is_set() else told_to_stop).wait(GUARDIAN_SECONDS)
    finally:
        publisher.stop()
        health.close()


def main() -> None:
    """Serve until told to stop; exits with 2 when a variable is wrong."""
    environment = begin(GuardianEnv)
    told_to_stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: told_to_stop.set())
    guard(environment, told_to_stop=told_to_stop)


if __name__ == "__main__":
    main()
