"""The agent server takes what it can hold, lets go of what has ended, and cuts nothing when it must stop."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psutil
import pytest
from livekit import api

from tests.flows.conftest import ROOT, RunningPlatform
from tests.platform.waiting import wait_until
from voicectl.call.api import Api
from voicectl.up.environments import AGENT_CAPACITY

GONE_SECONDS = 5.0
JOIN_SECONDS = 8.0


@pytest.fixture
def opened(rest: Api) -> Iterator[list[str]]:
    """Sessions that are ended with the test."""
    sessions: list[str] = []
    yield sessions
    for session in sessions:
        rest.post(f"/sessions/{session}/end")


def open_session(rest: Api, opened: list[str]) -> dict[str, Any]:
    """A LiveKit session whose agent is dispatched."""
    session = rest.post("/sessions", {"simulation_service": "local", "transport": "livekit"})
    opened.append(session["id"])
    return session


def livekit(platform: RunningPlatform) -> api.LiveKitAPI:
    """The platform's LiveKit server."""
    state = platform.state
    secret = state.keys.livekit_api_secret.get_secret_value()
    return api.LiveKitAPI(state.running.addresses.livekit, state.keys.livekit_api_key, secret)


async def agents_in(platform: RunningPlatform, rooms: list[str]) -> int:
    """How many rooms an agent is in, as LiveKit says."""
    async with livekit(platform) as client:
        found = 0
        for room in rooms:
            listed = await client.room.list_participants(api.ListParticipantsRequest(room=room))
            found += any(each.kind == api.ParticipantInfo.Kind.AGENT for each in listed.participants)
    return found


async def answers_to(platform: RunningPlatform, rooms: list[str]) -> list[bool]:
    """Of each dispatch that was answered, whether it was taken.

    A worker that refuses makes a job that failed; where LiveKit found none with room, it says so in its log only.
    """
    log = (platform.folder / "logs" / "livekit.log").read_text().splitlines()
    answers = []
    async with livekit(platform) as client:
        for room in rooms:
            dispatches = await client.agent_dispatch.list_dispatch(room)
            statuses = {job.state.status for dispatch in dispatches for job in dispatch.state.jobs}
            if statuses - {api.JobStatus.JS_PENDING}:
                answers.append(api.JobStatus.JS_RUNNING in statuses)
            elif any("no worker" in line and room in line for line in log):
                answers.append(False)
    return answers


def processes_in_calls(platform: RunningPlatform) -> set[int]:
    """The agent server's children that are connected to LiveKit; those that wait for a job are not."""
    port = platform.port_of("livekit")
    children = psutil.Process(platform.pid_of("agent")).children(recursive=True)
    return {child.pid for child in children if port in remote_ports(child)}


def remote_ports(process: psutil.Process) -> set[int]:
    """Whom it is connected to; nobody, once it is gone."""
    try:
        return {each.raddr.port for each in process.net_connections("tcp") if each.raddr}
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return set()


def is_gone(pid: int) -> bool:
    """Whether a process has ended; the dead wait for their parent to look."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def test_exactly_the_capacity_is_taken(platform: RunningPlatform, rest: Api, opened: list[str]) -> None:
    """One more than fits, all at once: a burst must neither be refused early nor overfill the task, soon or late."""
    wait_until(lambda: not processes_in_calls(platform), what="earlier calls to be gone", seconds=60)
    with ThreadPoolExecutor(AGENT_CAPACITY + 1) as together:
        list(together.map(lambda _: open_session(rest, opened), range(AGENT_CAPACITY + 1)))

    answers = wait_until(lambda: all_answers(platform, opened), what="an answer to each dispatch", seconds=60)

    assert sorted(answers) == [False, *[True] * AGENT_CAPACITY]
    wait_until(lambda: asyncio.run(agents_in(platform, opened)) >= AGENT_CAPACITY, what="agents", seconds=60)
    assert asyncio.run(agents_in(platform, opened)) == AGENT_CAPACITY


def test_a_job_is_gone_soon_after_its_call(platform: RunningPlatform, rest: Api, opened: list[str]) -> None:
    """A slot that a dead call keeps is a caller turned away."""
    wait_until(lambda: not processes_in_calls(platform), what="earlier calls to be gone", seconds=60)
    session = wait_until(lambda: session_with_agent(platform, rest), what="a session with an agent", seconds=90)
    opened.append(session)
    (process,) = processes_in_calls(platform)

    rest.post(f"/sessions/{session}/end")
    ended = time.monotonic()
    wait_until(lambda: is_gone(process), what="the call's process to end", seconds=20)

    assert time.monotonic() - ended <= GONE_SECONDS


def test_a_worker_that_must_stop_lets_its_call_finish(platform: RunningPlatform) -> None:
    """A deployment is not a hang-up."""
    pid = platform.pid_of("agent")
    command = [sys.executable, "-m", "voicectl", "call", "--json", "--say", "Good morning.", "--say", "Tell me more."]
    with subprocess.Popen(command, cwd=ROOT, env=platform.variables, stdout=-1, stderr=-1, text=True) as call:
        wait_until(lambda: has_active_session(platform), what="the call", seconds=60)
        psutil.Process(pid).send_signal(signal.SIGTERM)
        out, error = call.communicate(timeout=180)

    assert call.returncode == 0, error
    assert '"reason": "hangup"' in out
    wait_until(lambda: platform.pid_of("agent") != pid and is_registered(platform), what="a new one", seconds=60)


def all_answers(platform: RunningPlatform, rooms: list[str]) -> list[bool]:
    """Whether each dispatch was taken, once all have been answered; nothing before."""
    answers = asyncio.run(answers_to(platform, rooms))
    return answers if len(answers) == len(rooms) else []


def session_with_agent(platform: RunningPlatform, rest: Api) -> str:
    """Open a session and answer its id, or end it when no agent has come: LiveKit drops what finds nobody free."""
    opened: list[str] = []
    open_session(rest, opened)
    deadline = time.monotonic() + JOIN_SECONDS
    while time.monotonic() < deadline:
        if asyncio.run(agents_in(platform, opened)):
            return opened[0]
    rest.post(f"/sessions/{opened[0]}/end")
    return ""


def is_registered(platform: RunningPlatform) -> bool:
    """Whether the agent server takes jobs."""
    try:
        return httpx.get(f"http://127.0.0.1:{platform.port_of('agent')}/readyz").is_success
    except httpx.TransportError:
        return False


def has_active_session(platform: RunningPlatform) -> bool:
    """Whether somebody talks."""
    listed = platform.voicectl("sessions", "list", "--state", "active")
    return bool(listed.stdout.strip())
