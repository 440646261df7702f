"""What a process recorded arrives in CloudWatch with the contract's name, unit and dimensions, and nothing is lost."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from contract.metrics import JOBS_REJECTED, NAMESPACE, QUEUE_DEPTH, TURN_LATENCY
from runtime.kit.cloudwatch import Publisher
from runtime.kit.metrics import Recorder

pytestmark = pytest.mark.xdist_group("cloudwatch")  # the variables of one process


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    """moto's CloudWatch, where boto3 looks for it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    os.environ.update(AWS_ENDPOINT_URL=f"http://{host}:{port}", AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
    yield os.environ["AWS_ENDPOINT_URL"]
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del os.environ[name]
    server.stop()


def statistics(environment: str, name: str, unit: str, **dimensions: str) -> dict[str, Any]:
    """Answer the last hour's, as a policy would read it."""
    now = datetime.now(UTC)
    found = boto3.client("cloudwatch", region_name="eu-west-1").get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=name,
        Dimensions=[
            {"Name": key, "Value": value} for key, value in ({"Environment": environment} | dimensions).items()
        ],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=3600 * 24,
        Statistics=["Sum", "SampleCount", "Maximum"],
        Unit=unit,
    )
    [datapoint] = found["Datapoints"]
    return dict(datapoint)


@pytest.mark.usefixtures("aws")
def test_stopping_publishes_the_rest() -> None:
    """A call that ends with its task is counted too."""
    recorder = Recorder("t1")
    publisher = Publisher(recorder, region="eu-west-1", every_seconds=3600)
    publisher.start()
    recorder.set(QUEUE_DEPTH, 12, pool="voice", stage="")
    recorder.add(JOBS_REJECTED, 3)
    for seconds in (0.5, 0.5, 0.9):
        recorder.observe(TURN_LATENCY, seconds, provider="local")

    publisher.stop()

    assert statistics("t1", "QueueDepth", "Count", Pool="voice")["Maximum"] == 12
    assert statistics("t1", "JobsRejected", "Count")["Sum"] == 3
    latency = statistics("t1", "TurnLatency", "Seconds")
    assert (latency["SampleCount"], latency["Maximum"]) == (3, 0.9)


@pytest.mark.usefixtures("aws")
def test_what_aws_did_not_take_is_published_later() -> None:
    """An outage of a minute leaves no hole in what is counted."""
    recorder = Recorder("t2")
    recorder.add(JOBS_REJECTED, 2)
    working = os.environ["AWS_ENDPOINT_URL"]
    os.environ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    outage = Publisher(recorder, region="eu-west-1", every_seconds=3600)
    outage.start()
    outage.stop()
    os.environ["AWS_ENDPOINT_URL"] = working
    recorder.add(JOBS_REJECTED)
    publisher = Publisher(recorder, region="eu-west-1", every_seconds=3600)

    publisher.start()
    publisher.stop()

    assert statistics("t2", "JobsRejected", "Count")["Sum"] == 3
