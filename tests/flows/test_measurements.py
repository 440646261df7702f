"""After one call CloudWatch has every custom metric that a production policy or alarm reads, as it reads it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

import httpx
import pytest

from contract.environment import GuardianEnv
from contract.metrics import ENVIRONMENT, NAMESPACE, POOL, PROVIDER
from contract.pools import POOLS
from contract.services import GUARDIAN
from tests.flows.conftest import ROOT, RunningPlatform
from tests.platform.addresses import LOOPBACK, port_of
from tests.platform.waiting import wait_until
from tests.synthesis import Synthesis

EGRESS = b"""# TYPE livekit_egress_can_accept_request gauge
livekit_egress_can_accept_request 1
# TYPE livekit_node_cpu_load gauge
livekit_node_cpu_load 0.1
# TYPE livekit_egress_requests gauge
livekit_egress_requests{type="room_composite"} 0
"""
FRESH = timedelta(minutes=5)


class Read(NamedTuple):
    """A custom metric as a template reads it."""

    name: str
    dimensions: tuple[str, ...]
    unit: str


def reads(node: Any) -> Iterator[Read]:
    """Find every custom metric within an alarm or a policy."""
    if isinstance(node, list):
        for each in node:
            yield from reads(each)
    if isinstance(node, dict):
        stat = node.get("Metric", node)
        if stat.get("Namespace") == NAMESPACE and "MetricName" in stat:
            names = tuple(sorted(each["Name"] for each in stat.get("Dimensions", [])))
            yield Read(stat["MetricName"], names, node.get("Unit", ""))
        else:
            for each in node.values():
                yield from reads(each)


@pytest.fixture(scope="session")
def read_in_production(prod: Synthesis) -> set[Read]:
    """What production scales on and is woken by."""
    kinds = ("AWS::CloudWatch::Alarm", "AWS::ApplicationAutoScaling::ScalingPolicy")
    resources = [resource for kind in kinds for _, resource in prod.assembly.of_type(kind)]
    return {read for resource in resources for read in reads(resource.properties)}


@pytest.fixture
def egress() -> Iterator[str]:
    """What egress tells Prometheus; the program itself cannot be built outside its image."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(EGRESS)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def egress_guardian(platform: RunningPlatform, egress: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The real process beside it, which publishes into the platform's CloudWatch."""
    environment = GuardianEnv(
        environment="local",
        service="guardian",
        aws_region="us-east-1",
        release="local",
        listen_host=LOOPBACK,
        local_port=port_of("egress-guardian"),
        guarded="egress",
        prometheus_url=f"{egress}/metrics",
        health_url=egress,
        scale_in_protection_seconds=3600,
    )
    variables = {
        **platform.variables,
        **environment.variables(),
        "AWS_ENDPOINT_URL": platform.state.running.addresses.aws,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "us-east-1",
    }
    with subprocess.Popen([sys.executable, *GUARDIAN.command[1:]], cwd=ROOT, env=variables) as process:
        yield process
        process.kill()


@pytest.mark.usefixtures("egress_guardian")
def test_everything_that_production_reads_is_published(
    platform: RunningPlatform, read_in_production: set[Read]
) -> None:
    """With the name, dimensions and unit that the template says: another one would be another metric.

    By the processes themselves; only egress's own numbers are ours, for egress does not run outside its image.
    """
    platform.call("--say", "Good morning.")
    cloudwatch = platform.aws("cloudwatch")

    def missing() -> list[Read]:
        return [read for read in sorted(read_in_production) if not is_fresh(cloudwatch, read)]

    wait_until(lambda: not missing(), what=f"fresh data of {missing()}", seconds=60)

    assert len(read_in_production) >= 25


def is_fresh(cloudwatch: Any, read: Read) -> bool:
    """Whether each of its dimensions' values has data of the last minutes."""
    pools = [pool.name for pool in POOLS] if POOL in read.dimensions else [""]
    return all(_has_data(cloudwatch, read, pool) for pool in pools)


def _has_data(cloudwatch: Any, read: Read, pool: str) -> bool:
    now = datetime.now(UTC)
    values = {ENVIRONMENT: "local", POOL: pool, PROVIDER: "local"}
    found = cloudwatch.get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=read.name,
        Dimensions=[{"Name": name, "Value": values[name]} for name in read.dimensions],
        StartTime=now - FRESH,
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["SampleCount"],
        **({"Unit": read.unit} if read.unit else {}),
    )
    return bool(found["Datapoints"])


def test_every_pool_and_the_beat_have_worked(platform: RunningPlatform) -> None:
    """One task of each pool follows every call; beat sends a pulse through each queue."""
    for pool in POOLS:
        metrics = httpx.get(f"http://127.0.0.1:{platform.port_of(f'celery-{pool.name}')}/metrics").text

        assert f'voice_pipeline_job_duration_seconds_count{{pool="{pool.name}"' in metrics


@pytest.mark.parametrize("transport", ["livekit", "websocket"])
def test_a_call_is_counted_by_pipeline_and_language(platform: RunningPlatform, transport: str) -> None:
    """S167, on the way from the task that holds the call to the supervisor that counts."""
    wait_until(lambda: calls_seen(platform) == 0, what="the end of the calls before", seconds=60)
    with ThreadPoolExecutor(1) as beside:
        calling = beside.submit(platform.call, "--transport", transport, "--say", "Good morning.")
        wait_until(lambda: calls_seen(platform) > 0, what="the call among those that are on", seconds=60)
        calling.result()

    wait_until(lambda: calls_seen(platform) == 0, what="its end", seconds=60)


def calls_seen(platform: RunningPlatform) -> float:
    """English calls of the local pipeline, as the supervisor counts them."""
    metrics = httpx.get(f"http://127.0.0.1:{platform.port_of('supervisor')}/metrics").text
    found = re.findall(r'^voice_sessions_active\{language="en",provider="local"\} (.+)$', metrics, re.MULTILINE)
    return float(found[0]) if found else 0.0
