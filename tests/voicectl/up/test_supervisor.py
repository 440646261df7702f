"""Processes start in order, come back when they die, and nothing of them is left when the platform stops."""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.voicectl.up import children
from tests.voicectl.up.small_platform import offspring, running, said
from voicectl.up.probes import TcpProbe
from voicectl.up.process import Process, Status

pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("supervisor")]


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    """What processes write down, in the order in which it happened."""
    return tmp_path / "diary"


@pytest.fixture
def ports() -> list[int]:
    """Four that nobody uses."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
    numbers = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return numbers


def alive(*pids: int) -> Iterator[int]:
    """Those that run, and are not only waiting to be collected."""
    return (pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)


async def test_they_start_in_the_order_in_which_they_need_each_other_and_stop_in_reverse(
    tmp_path: Path, diary: Path, ports: list[int]
) -> None:
    """An API without its database serves errors; a database that goes first cuts what the API still writes."""
    database = children.server("database", ports[0], diary)
    migration = children.once("migration", diary, after=("database",))
    api = children.server("api", ports[1], diary, after=("migration",))

    async with running(tmp_path, api, migration, database) as platform:
        await platform.until(lambda: platform.supervisor.is_green)

    assert diary.read_text().splitlines() == [
        "database begins",
        "migration runs",
        "api begins",
        "api ends",
        "database ends",
    ]


async def test_a_sidecar_comes_after_its_neighbour_and_goes_after_it_too(
    tmp_path: Path, diary: Path, ports: list[int]
) -> None:
    """The guardian watches LiveKit until its last participant has left."""
    livekit = children.server("livekit", ports[0], diary)
    guardian = children.server("guardian", ports[1], diary, sidecar_of="livekit")

    async with running(tmp_path, guardian, livekit) as platform:
        await platform.until(lambda: platform.supervisor.is_green)

    assert diary.read_text().splitlines() == ["livekit begins", "guardian begins", "livekit ends", "guardian ends"]


async def test_those_that_do_not_need_each_other_start_side_by_side(
    tmp_path: Path, diary: Path, ports: list[int]
) -> None:
    """Twenty seconds are the budget for the whole platform."""
    one, other = children.server("one", ports[0], diary), children.server("other", ports[1], diary)

    async with running(tmp_path, one, other) as platform:
        await platform.until(lambda: platform.supervisor.is_green)

    assert [status for _, status, _ in platform.said[:2]] == [Status.STARTING, Status.STARTING]


async def test_a_killed_process_is_named_and_comes_back(tmp_path: Path, diary: Path, ports: list[int]) -> None:
    """One crash is not the end of everybody's work."""
    api = children.server("api", ports[0], diary)

    async with running(tmp_path, api) as platform:
        await platform.until(lambda: platform["api"].status is Status.READY)
        first = platform["api"].pid
        os.kill(first, signal.SIGKILL)
        await platform.until(lambda: platform["api"].status is Status.READY and platform["api"].pid != first)

    assert ("api", Status.RESTARTING, "died with SIGKILL; again in 0.5 s") in platform.said
    assert platform.clock.waits == [0.5]


async def test_three_quick_deaths_stop_everything_and_the_log_says_why(
    tmp_path: Path, diary: Path, ports: list[int]
) -> None:
    """Restarting for ever would hide the fault, and heat the laptop."""
    broken = children.once("broken", diary, code=7)
    api = children.server("api", ports[0], diary)

    async with running(tmp_path, broken, api) as platform:
        await platform.until(lambda: platform["api"].gone.is_set() and platform["broken"].gone.is_set())

    assert platform.supervisor.failed is platform["broken"]
    assert platform["broken"].detail == "died with exit code 7"
    assert platform["broken"].log.last_lines().count("this is why") == 3
    assert platform.clock.waits == [0.5, 1.0]
    assert platform["api"].status is Status.STOPPED


async def test_what_ignores_the_signal_is_killed_after_its_grace(tmp_path: Path) -> None:
    """A stop that hangs is no stop."""
    deaf = children.stubborn("deaf", grace_seconds=0.3)

    async with running(tmp_path, deaf) as platform:
        await said(platform, "deaf", "here")
        pid = platform["deaf"].pid

    assert list(alive(pid)) == []
    assert "--- did not stop in 0.3 s; killed" in platform["deaf"].log.last_lines()


async def test_asked_twice_it_does_not_wait_for_the_grace(tmp_path: Path) -> None:
    """The second Ctrl-C means now."""
    deaf = children.stubborn("deaf", grace_seconds=600)

    async with running(tmp_path, deaf) as platform:
        await said(platform, "deaf", "here")
        platform.supervisor.stop()
        await platform.until(lambda: platform["deaf"].status is Status.STOPPING)
        platform.supervisor.stop()
        await platform.until(lambda: platform["deaf"].gone.is_set())

    assert platform["deaf"].status is Status.STOPPED


async def test_a_stop_leaves_no_child_of_a_child(tmp_path: Path) -> None:
    """Celery, the agent and PostgreSQL have children, some in sessions of their own."""
    async with running(tmp_path, children.parent("celery", grace_seconds=0.5)) as platform:
        pids = await offspring(platform, "celery")

    assert list(alive(*pids)) == []


async def test_a_restart_leaves_no_child_of_a_child(tmp_path: Path) -> None:
    """Two generations of workers would take the same task."""
    async with running(tmp_path, children.parent("celery", grace_seconds=0.5)) as platform:
        pids = await offspring(platform, "celery")
        first = platform["celery"].pid
        os.kill(first, signal.SIGKILL)
        await platform.until(lambda: platform["celery"].pid not in (0, first))

        assert list(alive(*pids)) == []


async def test_an_optional_step_that_fails_leaves_out_what_needs_it(
    tmp_path: Path, diary: Path, ports: list[int]
) -> None:
    """Without a LiveKit server calls still go over WebSockets."""
    build = children.once("build", diary, code=1, optional=True)
    livekit = children.server("livekit", ports[0], diary, needs=("build",))
    agent = children.server("agent", ports[1], diary, needs=("livekit",))
    gateway = children.server("gateway", ports[2], diary)

    async with running(tmp_path, build, livekit, agent, gateway) as platform:
        await platform.until(lambda: platform.supervisor.is_green)

        assert {name: (runner.status, runner.detail) for name, runner in platform.supervisor.runners.items()} == {
            "build": (Status.LEFT_OUT, "this is why"),
            "livekit": (Status.LEFT_OUT, "needs build"),
            "agent": (Status.LEFT_OUT, "needs livekit"),
            "gateway": (Status.READY, ""),
        }


async def test_a_death_takes_nobody_of_a_longer_name_with_it(tmp_path: Path, diary: Path, ports: list[int]) -> None:
    """What a process had started is found by its mark; `aws` is the beginning of `aws-metrics`, and not the same."""
    aws, metrics = children.server("aws", ports[0], diary), children.server("aws-metrics", ports[1], diary)

    async with running(tmp_path, aws, metrics) as platform:
        await platform.until(lambda: platform.supervisor.is_green)
        before = platform["aws-metrics"].pid
        os.kill(platform["aws"].pid, signal.SIGKILL)
        await platform.until(lambda: platform["aws"].deaths.count == 1 and platform.supervisor.is_green)

        assert platform["aws-metrics"].pid == before
        assert platform["aws-metrics"].deaths.count == 0


async def test_an_optional_process_that_always_dies_is_left_out(tmp_path: Path, diary: Path, ports: list[int]) -> None:
    """It was started again as others are; the platform goes on without it, and says why it is missing."""
    measuring = children.process("measuring", "import sys; sys.exit(7)", optional=True)
    api = children.server("api", ports[0], diary)

    async with running(tmp_path, measuring, api) as platform:
        await platform.until(lambda: platform["measuring"].status is Status.LEFT_OUT)
        await platform.until(lambda: platform.supervisor.is_green)

        assert platform["api"].status is Status.READY
        assert (platform["measuring"].status, platform["measuring"].detail) == (
            Status.LEFT_OUT,
            "died with exit code 7",
        )
        assert platform["measuring"].deaths.count == 3
    assert platform.supervisor.failed is None


async def test_a_port_in_use_is_said_by_its_number(tmp_path: Path, ports: list[int]) -> None:
    """`died with exit code 1` would send people into the log for what one line can say."""
    with socket.create_server(("127.0.0.1", ports[0])):
        blocked = children.process("api", "raise SystemExit(1)", ports=(ports[0],))
        async with running(tmp_path, blocked.model_copy(update={"once": True})) as platform:
            await platform.until(lambda: platform["api"].status is Status.FAILED)

    assert platform["api"].detail == f"port {ports[0]} is in use by another program"


async def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Half an installation is the usual cause."""
    async with running(tmp_path, Process(name="api", command=("/nonexistent/python",))) as platform:
        await platform.until(lambda: platform["api"].status is Status.FAILED)

    assert platform["api"].detail == "cannot be started: No such file or directory: /nonexistent/python"


async def test_one_that_never_becomes_ready_counts_as_dead(tmp_path: Path, ports: list[int]) -> None:
    """Whatever waits for it would wait for ever."""
    mute = children.stubborn("mute", start_seconds=0.5).model_copy(update={"ready": TcpProbe(ports[0])})

    async with running(tmp_path, mute) as platform:
        await platform.until(lambda: platform["mute"].status is Status.FAILED)

    assert platform["mute"].detail == "not ready in 0.5 s"


async def test_one_that_stops_answering_is_shown_and_is_fine_again_when_it_answers(tmp_path: Path) -> None:
    """A process that hangs looks alive to everybody but who asks it."""
    well = asyncio.Event()
    well.set()

    async def ready() -> str:
        return "" if well.is_set() else "answers 503"

    hanging = children.stubborn("api", grace_seconds=0.1, health_seconds=0.05).model_copy(update={"ready": ready})
    async with running(tmp_path, hanging) as platform:
        await platform.until(lambda: platform["api"].status is Status.READY)
        well.clear()
        await platform.until(lambda: platform["api"].status is Status.UNWELL)
        well.set()
        await platform.until(lambda: platform["api"].status is Status.READY)

    assert ("api", Status.UNWELL, "answers 503") in platform.said


async def test_one_that_is_being_stopped_is_not_called_unwell(tmp_path: Path) -> None:
    """It was told to close its door."""
    asked = asyncio.Event()

    async def ready() -> str:
        if platform["api"].status is Status.STOPPING:
            asked.set()
            return "does not answer"
        return ""

    slow = children.stubborn("api", grace_seconds=0.5).model_copy(update={"ready": ready})
    async with running(tmp_path, slow) as platform:
        await platform.until(lambda: platform.supervisor.is_green)

    assert not asked.is_set()
    assert Status.UNWELL not in {status for _, status, _ in platform.said}


async def test_a_warden_that_dies_is_replaced(tmp_path: Path, diary: Path, ports: list[int]) -> None:
    """Else nothing would clean up after a SIGKILL of ours."""
    async with running(tmp_path, children.server("api", ports[0], diary)) as platform:
        await platform.until(lambda: platform.supervisor.is_green)
        platform.warden._process.kill()
        platform.warden._process.wait()
        os.kill(platform["api"].pid, signal.SIGKILL)
        await platform.until(lambda: platform["api"].deaths.count == 1 and platform.supervisor.is_green)

        assert platform.warden._process.poll() is None
