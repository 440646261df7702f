"""What was measured, to CloudWatch, under the names and dimensions that the alarms read."""

import asyncio
import math
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from voicectl.alarms.kept import kept
from voicectl.up.aws_metrics.readings import Reading, Source
from voicectl.up.aws_metrics.wanted import Wanted
from voicectl.up.errors import Unmeasured


class Publisher:
    """Knows which metrics alarms read; what nobody reads is not published."""

    def __init__(self, client: Any, *, definitions: Path) -> None:
        """Prepare it.

        Args:
            client: Of CloudWatch.
            definitions: What `voicectl.alarms.kept` writes; may come later, and change.
        """
        self._client, self._definitions = client, definitions
        self._wanted, self._read_at = Wanted(), 0.0

    def wanted(self) -> Wanted:
        """What the alarms read now."""
        changed_at = self._definitions.stat().st_mtime if self._definitions.exists() else 0.0
        if changed_at != self._read_at:
            self._wanted, self._read_at = Wanted(kept(self._definitions)), changed_at
        return self._wanted

    def publish(self, readings: Iterable[Reading], *, at: float) -> None:
        """Give them to CloudWatch.

        Raises:
            Unmeasured: It does not take them; they are lost.
        """
        data: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for metric, of, value in readings:
            for key in self.wanted().keys(metric, of=of):
                datum = {
                    "MetricName": key.name,
                    "Dimensions": [{"Name": name, "Value": text} for name, text in sorted(key.dimensions)],
                    "Unit": str(metric.unit),
                    "Timestamp": datetime.fromtimestamp(at, UTC),
                    "Value": value,
                }
                data[key.namespace].append(datum)
        try:
            for namespace, each in data.items():
                self._client.put_metric_data(Namespace=namespace, MetricData=each)
        except (BotoCoreError, ClientError) as refused:
            raise Unmeasured(f"cloudwatch: {type(refused).__name__}") from None


async def publish_all(sources: Iterable[Source], *, publisher: Publisher, every_seconds: float) -> None:
    """Measure and publish until cancelled, each thing for itself: one that hangs delays no other."""
    async with asyncio.TaskGroup() as together:
        for source in sources:
            together.create_task(_repeat(source, publisher=publisher, every_seconds=every_seconds))


async def _repeat(source: Source, *, publisher: Publisher, every_seconds: float) -> None:
    """In the middle of each interval, so that a late point is in its period still."""
    trouble, interval = "", 0
    while True:
        now = time.time()
        interval = max(interval + 1, math.floor(now / every_seconds + 0.5))  # a sleep may end a moment too early
        await asyncio.sleep((interval + 0.5) * every_seconds - now)
        before, trouble = trouble, await _once(source, publisher)
        if trouble != before:
            sys.stdout.write(f"{trouble or f'{source.name}: is measured again'}\n")


async def _once(source: Source, publisher: Publisher) -> str:
    """Answer why nothing was published; empty when it was."""
    at = time.time()
    try:
        readings = await source.look()
        await asyncio.to_thread(publisher.publish, readings, at=at)
    except Unmeasured as why:
        return f"{why}; nothing is published of {source.name}"
    return ""
