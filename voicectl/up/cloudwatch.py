"""What moto's CloudWatch lacks: it keeps points for ever, knows no percentiles, and evaluates no alarm.

Runs beside moto in its process, because its interface answers sums and averages only. Everything that reads moto's
inside is here; moto's version is pinned.
"""

import time
from pathlib import Path
from threading import Event, Thread
from typing import Final

from moto.cloudwatch.models import MetricDatum, cloudwatch_backends

from voicectl.alarms.definition import MetricKey
from voicectl.alarms.kept import kept
from voicectl.alarms.points import Points
from voicectl.alarms.watch import Look, Watch
from voicectl.up.environments import MINUTE

LOOKS_PER_PERIOD: Final = 12  # of a minute: an alarm is seen five seconds after its period has ended
SHORTEST_SECONDS: Final = 0.5  # from look to look
LONGEST_MINUTES: Final = 60  # of the alarms', kept at the most: an alarm over a day cannot go on here


class CloudWatch(Thread):
    """Looks at the alarms until it is told to stop."""

    def __init__(self, *, account: str, region: str, definitions: Path, report: Path, speed: float) -> None:
        """Prepare it.

        Args:
            definitions: What `voicectl.alarms.kept` writes; may come later.
            report: Where each look is written, for `voicectl alarms`.
            speed: Periods are shorter by so much.
        """
        super().__init__(name="cloudwatch", daemon=True)
        self._backend = cloudwatch_backends[account][region]
        self._definitions, self._report, self._speed = definitions, report, speed
        self._stopped = Event()

    def stop(self) -> None:
        """Take no further look."""
        self._stopped.set()
        self.join()

    def run(self) -> None:
        """Look, several times in a period."""
        watch, read_at = Watch([], speed=self._speed), 0.0
        points, taken = Points(), 0
        while not self._stopped.wait(max(SHORTEST_SECONDS, MINUTE / self._speed / LOOKS_PER_PERIOD)):
            changed_at = self._definitions.stat().st_mtime if self._definitions.exists() else 0.0
            if changed_at != read_at:
                watch, read_at = Watch(kept(self._definitions), speed=self._speed), changed_at
            now = time.time()
            taken = self._take(points, first=taken)
            longest = LONGEST_MINUTES * MINUTE / self._speed
            points.forget(before=now - min(watch.horizon_seconds or MINUTE, longest))
            taken -= self._forget(before=now - longest)
            self._write(watch.look(points, now=now))

    def _take(self, points: Points, *, first: int) -> int:
        """Take what is new; answer how many there are now."""
        data = self._backend.metric_data
        last = len(data)
        for datum in data[first:last]:
            if isinstance(datum, MetricDatum):  # single values: no process of ours publishes sets of statistics
                dimensions = frozenset((str(each.name), str(each.value)) for each in datum.dimensions)
                key = MetricKey(datum.namespace, datum.name, dimensions)
                points.add(key, at=datum.timestamp.timestamp(), value=float(datum.value))
        return last

    def _forget(self, *, before: float) -> int:
        """Forget what is old, for moto looks at all there is for each answer; say how many these were."""
        data = self._backend.metric_data
        old = next((place for place, datum in enumerate(data) if datum.timestamp.timestamp() >= before), len(data))
        del data[:old]
        return old

    def _write(self, look: Look) -> None:
        new = self._report.with_suffix(".new")
        new.write_text(look.model_dump_json())
        new.replace(self._report)
