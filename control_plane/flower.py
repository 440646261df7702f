"""Flower, for those who look into the broker outside production: `python -m control_plane.flower`."""

import os

from celery import Celery

from contract.environment import FlowerEnv
from contract.services import FLOWER
from control_plane.environment import broker_url, port_of
from runtime.kit import logs
from runtime.kit.beginning import end_when_told


def main() -> None:
    """Serve until SIGTERM; without Django, for it needs the broker only."""
    end_when_told()
    environment = FlowerEnv.read(os.environ)
    logs.configure(environment)
    if environment.flower_basic_auth:
        # Flower takes it from here, and a command line can be read by everybody on the machine.
        os.environ["FLOWER_BASIC_AUTH"] = environment.flower_basic_auth.get_secret_value()
    app = Celery("flower", broker=broker_url(environment))
    app.start(["flower", f"--address={environment.listen_host}", f"--port={port_of(environment, FLOWER)}"])


if __name__ == "__main__":
    main()
