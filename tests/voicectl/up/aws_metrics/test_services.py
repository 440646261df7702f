"""A service's task runs or not, as the state file says, and is as busy as its processes are."""

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil
import pytest

from contract import aws_metrics as aws
from tests.platform.waiting import wait_until
from tests.voicectl.up.aws_metrics.telling import here, process, tell
from voicectl.alarms.definition import Alarm
from voicectl.up.aws_metrics.cpu import Cpu
from voicectl.up.aws_metrics.readings import Reading
from voicectl.up.aws_metrics.services import Services
from voicectl.up.aws_metrics.wanted import Wanted
from voicectl.up.process import Status

# A parent that waits for a child, which keeps one core busy until it is told otherwise.
BUSY = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'while True: pass'])"


@pytest.fixture
def busy() -> Iterator[int]:
    """A process whose only child is busy."""
    with subprocess.Popen([sys.executable, "-c", BUSY], start_new_session=True) as parent:
        started = psutil.Process(parent.pid)
        try:
            wait_until(lambda: started.children(), what="a child")
            yield parent.pid
        finally:
            for each in [*started.children(), started]:
                each.kill()


def running(readings: Iterable[Reading]) -> dict[str, float]:
    """How many tasks of each service."""
    return {each.of: each.value for each in readings if each.metric is aws.SERVICE_RUNNING}


async def test_a_task_runs_while_it_has_a_process(tmp_path: Path, laptop: Iterable[Alarm]) -> None:
    """One that hangs runs, as ECS sees it; the API is not counted, because it has a floor of two."""
    rows = [process(name, pid=7) for name in ("agent", "websocket", "api", "beat", "page")]
    services = Services(here=here(tmp_path, *rows), wanted=lambda: Wanted(laptop))

    first = running(await services.look())
    tell(
        tmp_path,
        process("agent", Status.RESTARTING, detail="died with SIGKILL"),
        process("websocket", Status.UNWELL, pid=7),
        process("beat", Status.STARTING, pid=8),
    )
    second = running(await services.look())

    assert first == {"agent": 1, "websocket": 1, "beat": 1}
    assert second == {"agent": 0, "websocket": 1, "beat": 1}


async def test_what_never_was_ready_is_not_missed(tmp_path: Path, laptop: Iterable[Alarm]) -> None:
    """It is only being deployed; nor is what a person left out, or a LiveKit server that could not be built."""
    rows = [process("agent", Status.STARTING, pid=7), process("livekit", Status.LEFT_OUT)]
    services = Services(here=here(tmp_path, *rows), wanted=lambda: Wanted(laptop))

    before = running(await services.look())
    tell(tmp_path, process("agent", pid=7), process("livekit", Status.LEFT_OUT))
    after = running(await services.look())

    assert before == {}
    assert after == {"agent": 1}


async def test_a_platform_that_is_gone_has_no_tasks(tmp_path: Path, laptop: Iterable[Alarm]) -> None:
    """The file outlives the run."""
    services = Services(here=here(tmp_path), wanted=lambda: Wanted(laptop))

    assert await services.look() == []


async def test_a_service_is_as_busy_as_all_that_it_started(tmp_path: Path, laptop: Iterable[Alarm], busy: int) -> None:
    """The agent's calls are children of it; one that spins takes one of the cores."""
    rows = [process("agent", pid=busy), process("beat", pid=busy)]
    services = Services(here=here(tmp_path, *rows), wanted=lambda: Wanted(laptop))
    first = await services.look()
    spent = psutil.Process(busy).children()[0]
    wait_until(lambda: spent.cpu_times().user > 0.5, what="it has worked")

    [percent] = [each.value for each in await services.look() if each.metric is aws.SERVICE_CPU]

    assert [each for each in first if each.metric is aws.SERVICE_CPU] == []
    assert 0.1 * 100 / psutil.cpu_count() < percent <= 1.1 * 100 / psutil.cpu_count()


def test_cpu_of_a_child_that_ended_is_not_forgotten() -> None:
    """A worker that is replaced takes nothing back of what it used."""
    cpu = Cpu()
    own = psutil.Process().pid
    cpu.percent(own)
    begun = time.monotonic()

    subprocess.run([sys.executable, "-c", "sum(range(20_000_000))"], check=True)

    share = cpu.percent(own)
    used = share * (time.monotonic() - begun) * psutil.cpu_count() / 100 if share else 0.0
    assert used > 0.1


def test_nobody_is_not_busy() -> None:
    """A process may end between the state file and the look."""
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()

    assert Cpu().percent(gone.pid) is None
