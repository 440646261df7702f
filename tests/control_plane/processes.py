"""Processes of the control plane, started as a container starts them and stopped as ECS stops them."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import httpx

from tests.control_plane.settings import VARIABLES
from tests.platform.addresses import LOOPBACK, port_of
from tests.platform.aws import Aws
from tests.platform.waiting import wait_until

REPOSITORY: Final = Path(__file__).parents[2]
STOP_SECONDS: Final = 90


class Running(NamedTuple):
    """A process of ours."""

    process: "subprocess.Popen[bytes]"
    url: str
    log: Path

    def answers(self, path: str) -> int:
        """The status of a probe; 0 while nobody listens."""
        try:
            return httpx.get(f"{self.url}{path}", timeout=5).status_code
        except httpx.HTTPError:
            return 0

    def wait_ready(self, path: str = "/readyz") -> "Running":
        """Wait until it serves; an early death fails with what it said."""
        wait_until(self._is_ready(path), what=f"{self.url}{path}", seconds=60)
        return self

    def _is_ready(self, path: str) -> Callable[[], bool]:
        def look() -> bool:
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            return self.answers(path) == 200

        return look


def environment_of(service: str, aws: Aws, **variables: str) -> dict[str, str]:
    """What a process is told; nothing of the machine but where its programs are."""
    machine = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    name = service if service == "api" else f"{service}-{variables.get('CELERY_POOL', '')}"
    port = str(port_of(name))  # the API's is the one that the LiveKit server posts to
    own = {"PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1", "SERVICE": service, "LOCAL_PORT": port}
    return {**machine, **VARIABLES, **aws.variables, **own, **variables}


@contextmanager
def running(module: str, *, service: str, aws: Aws, folder: Path, **variables: str) -> Iterator[Running]:
    """Run `python -m` a module until the test is over; its log is kept in a folder."""
    told = environment_of(service, aws, **variables)
    log = folder / f"{module}-{variables.get('CELERY_POOL', '')}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module], env=told, cwd=folder, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield Running(process, f"http://{LOOPBACK}:{told['LOCAL_PORT']}", log)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def worker(
    pool: str, *, aws: Aws, folder: Path, concurrency: int = 1, endpoint: str | None = None
) -> Iterator[Running]:
    """Run a worker of a pool, and wait until it consumes.

    Args:
        endpoint: Where it finds AWS, instead of moto itself.
    """
    told = {"CELERY_POOL": pool, "CELERY_CONCURRENCY": str(concurrency), "AWS_ENDPOINT_URL": endpoint or aws.endpoint}
    with running("control_plane.worker", service="celery", aws=aws, folder=folder, **told) as started:
        yield started.wait_ready()
