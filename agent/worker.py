"""`python -m agent.worker`: the agent server. It takes as many jobs as it has capacity, and ends when they have.

SIGTERM: no new jobs, live calls finish, then it exits. `AgentServer.run` installs no handler (facts: livekit §9.6).
"""

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from typing import Final

import structlog
from livekit.agents import AgentServer, JobExecutorType, JobRequest

from agent.job import enter, kind_of, leave, prepare
from agent.pipelines import PRELOAD
from contract.environment import AgentEnv
from contract.metrics import PROTECTION_REFUSED
from contract.services import AGENT
from contract.session import IDENTITY_AGENT
from runtime.kit import valkey
from runtime.kit.beginning import begin
from runtime.kit.cloudwatch import Publisher
from runtime.kit.errors import ProtectionRefused
from runtime.kit.fleet import CallKind, FleetReport, Load, counted
from runtime.kit.http import Probes, ProbeServer
from runtime.kit.metrics import Recorder
from runtime.kit.protection import AGENT_URI, Protection, keep
from runtime.kit.task import identify

INITIALIZE_SECONDS: Final = 60.0  # small tasks take more than the default 10 (facts: livekit §6.10)
MOST_WARM: Final = 3  # processes that wait for a job
DEAF_SECONDS: Final = 60.0  # an event loop that has not ticked for so long serves nobody
MEMORY_WARNING: Final = 0.8  # of a job's limit
log = structlog.get_logger(__name__)


class Worker:
    """One task's agent server."""

    def __init__(self, environment: AgentEnv) -> None:
        """Prepare it; nothing is connected yet."""
        self._environment = environment
        self._protection = Protection(os.environ.get(AGENT_URI), seconds=environment.scale_in_protection_seconds)
        self._recorder = Recorder(environment.environment)
        self._accepting: set[str] = set()
        self._kinds: dict[
            str, CallKind | None
        ] = {}  # of the jobs that are on; metadata is too long to be read every time
        self._rejected = 0
        self._started = self._registered = False
        self._ticked = time.monotonic()
        self._stopping: asyncio.Task[None] | None = None
        self.server = AgentServer(
            job_executor_type=JobExecutorType.PROCESS,
            load_fnc=self._share,
            load_threshold=float("inf"),  # `_take` refuses; the framework's own estimate refuses bursts (§9.7)
            job_memory_limit_mb=environment.job_memory_limit_mib,
            job_memory_warn_mb=environment.job_memory_limit_mib * MEMORY_WARNING,
            drain_timeout=environment.agent_drain_seconds,
            num_idle_processes=min(environment.session_capacity, MOST_WARM),
            session_end_timeout=environment.post_call_seconds,
            shutdown_process_timeout=environment.post_call_seconds,
            initialize_process_timeout=INITIALIZE_SECONDS,
            max_retry=sys.maxsize,  # after the default 16 it would stay deaf for ever (facts: reliability §0.7)
            ws_url=environment.livekit_url,
            api_key=environment.livekit_api_key,
            api_secret=environment.livekit_api_secret.get_secret_value(),
            host="127.0.0.1",
            port=0,
            setup_fnc=prepare,
            preload_modules=list(PRELOAD),
            log_level=environment.log_level,
        )
        self.server.rtc_session(enter, agent_name=environment.agent_name, on_request=self._take, on_session_end=leave)
        self.server.on("worker_started", self._on_started)
        self.server.on("worker_registered", self._on_registered)

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT, and until the last call has ended then."""
        environment = self._environment
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self.stop)
        publisher = Publisher(self._recorder, region=environment.aws_region, every_seconds=environment.publish_seconds)
        live = valkey.connect(environment.live_redis_url, password=environment.live_redis_password)
        task = await asyncio.to_thread(identify, os.environ)
        fleet = FleetReport(live, task=task, service=AGENT.name, load=self._load)
        probes = Probes(is_alive=self._is_alive, is_ready=self._is_ready, metrics=self._recorder.exposition)
        health = ProbeServer(environment.listen_host, environment.local_port or AGENT.health_port, probes)
        keeping = keep(self._protection, is_busy=self._tick, on_refused=self._on_refused)
        keeper = asyncio.create_task(keeping)
        publisher.start()
        fleet.start()
        try:
            await self.server.run()
        finally:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper
            await asyncio.to_thread(fleet.stop)
            await asyncio.to_thread(publisher.stop)
            await asyncio.to_thread(health.close)
            live.close()

    def stop(self) -> None:
        """Take no more jobs, and end with the last call."""
        if self._stopping is None:
            log.info("stopping", active=self._active)
            self._stopping = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        try:
            await self.server.drain()
        except TimeoutError:
            log.error("calls were still on when the drain was over", active=self._active)
        await self.server.aclose()

    async def _take(self, request: JobRequest) -> None:
        """Accept a job if there is room for it and the task will not be stopped under it."""
        capacity = self._environment.session_capacity
        if self._active >= capacity:
            self._rejected += 1
            log.warning("job rejected: full", capacity=capacity)
            return await request.reject()
        self._accepting.add(request.id)
        try:
            await asyncio.to_thread(self._protection.hold)
            await request.accept(identity=f"{IDENTITY_AGENT}-{request.id}")
        except ProtectionRefused as refused:
            self._on_refused(refused)
            self._rejected += 1
            await request.reject()
        finally:
            self._accepting.discard(request.id)

    def _on_refused(self, refused: ProtectionRefused) -> None:
        self._recorder.add(PROTECTION_REFUSED)
        log.error("calls could be cut: the task is not protected", error=str(refused))

    def _tick(self) -> bool:
        """Whether there are calls; asked every few seconds, which shows that the event loop turns."""
        self._ticked = time.monotonic()
        return self._active > 0

    @property
    def _active(self) -> int:
        """Calls that are on or about to begin."""
        jobs = self.server.active_jobs if self._started else []  # there are none to ask for before
        return len(self._accepting | {running.job.id for running in jobs})

    def _calls(self) -> list[CallKind]:
        """What kind of call each job is; asked in the fleet's thread only."""
        jobs = self.server.active_jobs if self._started else []
        known = self._kinds
        self._kinds = {
            each.job.id: known[each.job.id] if each.job.id in known else kind_of(each.job.metadata) for each in jobs
        }
        return [kind for kind in self._kinds.values() if kind is not None]

    def _share(self) -> float:
        """LiveKit's load, 0 to 1: sessions ÷ capacity, never the CPU."""
        return min(1.0, self._active / self._environment.session_capacity)

    def _load(self) -> Load:
        return Load(
            active=self._active,
            calls=counted(self._calls()),
            capacity=self._environment.session_capacity if self._is_ready() else 0,
            rejected=self._rejected,
            protected=self._protection.is_held,
            cordoned=self._stopping is not None,
        )

    def _on_started(self) -> None:
        self._started = True

    def _on_registered(self, _id: str, _information: object) -> None:
        self._registered = True
        log.info("registered", capacity=self._environment.session_capacity)

    def _is_alive(self) -> bool:
        """Whether the event loop turns; without LiveKit a worker waits for it, and ECS must not end its calls."""
        return time.monotonic() - self._ticked < DEAF_SECONDS

    def _is_ready(self) -> bool:
        return self._registered and self._stopping is None


def main() -> None:
    """Serve until told to stop; exits with 2 when a variable is wrong."""
    environment = begin(AgentEnv)
    asyncio.run(Worker(environment).run())


if __name__ == "__main__":
    main()
