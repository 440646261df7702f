"""What was measured is published under the alarms' own names and dimensions, and each thing for itself."""

import asyncio
import json
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from contract.aws_metrics import CACHE_CONNECTIONS, CACHE_CPU, SERVICE_CPU, SERVICE_RUNNING
from tests.platform.addresses import LOOPBACK, port_of
from tests.platform.aws import REGION, Aws
from voicectl.alarms.definition import Alarm, MetricKey
from voicectl.up.aws_metrics.publish import Publisher, publish_all
from voicectl.up.aws_metrics.readings import Growth, Reading
from voicectl.up.aws_metrics.wanted import Wanted
from voicectl.up.environments import report_seconds
from voicectl.up.errors import Unmeasured


def published(aws: Aws, namespace: str) -> set[MetricKey]:
    """What CloudWatch knows of one of AWS's services."""
    pages = aws.client("cloudwatch").get_paginator("list_metrics").paginate(Namespace=namespace)
    return {
        MetricKey(namespace, each["MetricName"], frozenset((one["Name"], one["Value"]) for one in each["Dimensions"]))
        for page in pages
        for each in page["Metrics"]
    }


def test_the_dimensions_are_exactly_the_alarms(aws: Aws, definitions: Path, laptop: Iterable[Alarm]) -> None:
    """Of two groups with one server each has its own; what no alarm reads of the thing is not published."""
    publisher = Publisher(aws.client("cloudwatch"), definitions=definitions)

    publisher.publish(
        [
            Reading(CACHE_CONNECTIONS, "valkey", 7),
            Reading(SERVICE_RUNNING, "agent", 1),
            Reading(SERVICE_RUNNING, "api", 1),
            Reading(SERVICE_RUNNING, "page", 1),
        ],
        at=time.time(),
    )

    wanted = Wanted(laptop)
    assert published(aws, "AWS/ElastiCache") >= wanted.keys(CACHE_CONNECTIONS, of="valkey")
    assert len(wanted.keys(CACHE_CONNECTIONS, of="valkey")) == 2
    assert published(aws, "ECS/ContainerInsights") == wanted.keys(SERVICE_RUNNING, of="agent")


def test_the_value_and_its_moment_arrive(aws: Aws, definitions: Path) -> None:
    """The moment is that of the look, however long the answer took."""
    client = aws.client("cloudwatch")
    at = 1_790_000_040.0

    Publisher(client, definitions=definitions).publish([Reading(SERVICE_CPU, "agent", 12.5)], at=at)

    [point] = client.get_metric_statistics(
        Namespace="AWS/ECS",
        MetricName="CPUUtilization",
        Dimensions=[
            {"Name": "ClusterName", "Value": "voiceplane-local-agents"},
            {"Name": "ServiceName", "Value": "agent"},
        ],
        StartTime=at - 30,
        EndTime=at + 30,
        Period=60,
        Statistics=["Average"],
    )["Datapoints"]
    assert (point["Average"], point["Unit"]) == (12.5, "Percent")


def test_alarms_that_come_later_or_change_are_read_then(tmp_path: Path, definitions: Path) -> None:
    """They are synthesized while the platform is already up."""
    file = tmp_path / "alarms.json"
    publisher = Publisher(None, definitions=file)

    before = publisher.wanted().things(CACHE_CPU)
    file.write_text(definitions.read_text())
    after = publisher.wanted().things(CACHE_CPU)
    file.write_text(json.dumps({"Resources": {}}))
    changed = publisher.wanted().things(CACHE_CPU)

    assert (before, after, changed) == ([], ["valkey"], [])


def test_a_cloudwatch_that_is_away_is_said(definitions: Path) -> None:
    """moto is started again like everything else."""
    client = boto3.client(
        "cloudwatch",
        endpoint_url=f"http://{LOOPBACK}:{port_of('nobody')}",
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"total_max_attempts": 1}),
    )

    with pytest.raises(Unmeasured, match="cloudwatch: EndpointConnectionError"):
        Publisher(client, definitions=definitions).publish([Reading(CACHE_CPU, "valkey", 1)], at=time.time())


class Thing:
    """Is measured as it is told."""

    def __init__(self, name: str, *, fails: int = 0, hangs: bool = False) -> None:
        """Not looked at yet."""
        self.name, self.looks = name, list[float]()
        self._fails, self._hangs = fails, hangs

    async def look(self) -> list[Reading]:
        """Fail as often as it should, or for ever hang."""
        self.looks.append(time.time())
        if self._hangs:
            await asyncio.Event().wait()
        if len(self.looks) <= self._fails:
            raise Unmeasured(f"{self.name}: away")
        return []

    async def close(self) -> None:
        """Nothing is held."""


async def watched(*things: Thing, until: int) -> None:
    """Measure until the first has been looked at so often."""
    publisher = Publisher(None, definitions=Path("/nonexistent"))
    working = asyncio.create_task(publish_all(things, publisher=publisher, every_seconds=0.1))
    async with asyncio.timeout(20):
        while len(things[0].looks) < until and not working.done():
            await asyncio.sleep(0.01)
    if working.done():
        await working
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


async def test_one_that_hangs_delays_no_other() -> None:
    """A database that is stopped must not hide that the API is well."""
    well, hanging = Thing("well"), Thing("hanging", hangs=True)

    await watched(well, hanging, until=5)

    assert len(hanging.looks) == 1


async def test_each_interval_has_one_look() -> None:
    """Two of one are one too few of the next, and a period without a point is silence."""
    thing = Thing("well")

    await watched(thing, until=10)

    intervals = [int(at / 0.1) for at in thing.looks]
    assert intervals == sorted(set(intervals))


async def test_trouble_is_said_once_and_that_it_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    """A line every second would hide the rest of the log."""
    await watched(Thing("postgres", fails=3), until=6)

    assert capsys.readouterr().out.splitlines() == [
        "postgres: away; nothing is published of postgres",
        "postgres: is measured again",
    ]


@pytest.mark.parametrize(("speed", "seconds"), [(1, 15), (4, 7.5), (12, 2.5), (60, 0.5)])
def test_an_alarms_period_has_a_point(speed: float, seconds: float) -> None:
    """However short its minute is; and as often as our own processes where it is long."""
    assert report_seconds(speed) == seconds


def test_growth_begins_at_the_second_look() -> None:
    """What came before the first is not known to be new."""
    growth = Growth()

    assert [growth.of("evictions", now) for now in (10, 12, 12, 3)] == [None, 2, 0, 3]
