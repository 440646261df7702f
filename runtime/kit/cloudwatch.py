"""What a process recorded, to CloudWatch every few seconds: the numbers that policies scale on and alarms watch."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import boto3
import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from contract.metrics import NAMESPACE
from runtime.kit.metrics import Recorder, Sample

MOST_DATA = 500  # in one request; AWS allows 1,000 and 1 MB (API reference, PutMetricData)
MOST_DISTINCT = 150  # values of one datum (the same)
CONNECT_SECONDS, ANSWER_SECONDS, ATTEMPTS = 2, 5, 2
PATIENCE = Config(
    connect_timeout=CONNECT_SECONDS, read_timeout=ANSWER_SECONDS, retries={"total_max_attempts": ATTEMPTS}
)
log = structlog.get_logger(__name__)


class Publisher:
    """Gives CloudWatch what a recorder took, until it is stopped; then once more."""

    def __init__(self, recorder: Recorder, *, region: str, every_seconds: float) -> None:
        """Prepare it; a process that forks starts one in each child."""
        self._recorder, self._region, self._every = recorder, region, every_seconds
        self._client: Any = None
        self._stopping = Event()
        self._thread: Thread | None = None
        self._pid = 0

    def start(self) -> None:
        """Publish from a thread; once in a process."""
        if self._thread is not None and self._pid == os.getpid():
            return
        self._pid = os.getpid()
        self._stopping = Event()
        self._client = boto3.session.Session().client("cloudwatch", region_name=self._region, config=PATIENCE)
        self._thread = Thread(target=self._run, name="cloudwatch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Publish the rest and end the thread; at most two requests' patience."""
        if self._thread is None or self._pid != os.getpid():
            return
        self._stopping.set()
        self._thread.join(timeout=ATTEMPTS * (CONNECT_SECONDS + ANSWER_SECONDS))
        self._thread = None

    def publish(self) -> None:
        """Give CloudWatch what is there now; what it does not take is kept for the next time."""
        samples = self._recorder.take()
        for first in range(0, len(samples), MOST_DATA):
            batch = samples[first : first + MOST_DATA]
            try:
                self._client.put_metric_data(Namespace=NAMESPACE, MetricData=list(_data(batch)))
            except (BotoCoreError, ClientError) as refused:
                self._recorder.give_back(batch)
                log.warning("metrics were not published; they are kept for the next time", error=str(refused))

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            self.publish()
        self.publish()


def _data(samples: Sequence[Sample]) -> Iterator[dict[str, Any]]:
    now = datetime.now(UTC)
    for metric, dimensions, values in samples:
        counts = list(Counter(values).items())
        for first in range(0, len(counts), MOST_DISTINCT):
            part = counts[first : first + MOST_DISTINCT]
            yield {
                "MetricName": metric.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions],
                "Unit": metric.unit.value,
                "Timestamp": now,
                "Values": [value for value, _ in part],
                "Counts": [float(count) for _, count in part],
            }
