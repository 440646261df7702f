"""Which of AWS's metrics the alarms read, and what of this machine each of them is about."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, NamedTuple

from contract import aws_metrics as aws
from contract.aws_metrics import AwsMetric
from voicectl.alarms.definition import Alarm, MetricAlarm, MetricKey
from voicectl.up.aws_metrics.target_groups import TARGET_GROUPS

DATABASE: Final = "DatabasePrimary"  # in the reference to it: its id in the template; a copy has another
FIRST_NODE: Final = "-001"  # of a Valkey group; the one server here is nobody's second
POSTGRES: Final = "postgres"
VALKEY: Final = "valkey"


class _Asked(NamedTuple):
    namespace: str
    name: str
    of: str


class Wanted:
    """What the alarms read of this machine, under the very dimensions that they read it with."""

    def __init__(self, alarms: Iterable[Alarm] = ()) -> None:
        """Take an environment's alarms."""
        self._keys: dict[_Asked, set[MetricKey]] = defaultdict(set)
        for alarm in alarms:
            if isinstance(alarm, MetricAlarm) and not _asks_for_several(alarm):
                self._take(query.metric for query in alarm.queries if query.metric)

    def keys(self, metric: AwsMetric, *, of: str) -> frozenset[MetricKey]:
        """Under which dimensions a metric of a thing is read; none when no alarm reads it."""
        return frozenset(self._keys.get(_Asked(metric.namespace, metric.name, of), ()))

    def things(self, metric: AwsMetric) -> list[str]:
        """Of what a metric is read."""
        return sorted(asked.of for asked in self._keys if asked[:2] == (metric.namespace, metric.name))

    def _take(self, keys: Iterable[MetricKey]) -> None:
        for key in keys:
            of = thing_of(key)
            if of:
                self._keys[_Asked(key.namespace, key.name, of)].add(key)


def thing_of(key: MetricKey) -> str:
    """Answer what a metric is about, as readings call it; empty for what is not on this machine."""
    values = dict(key.dimensions)
    if key.namespace == aws.DATABASE_CPU.namespace:
        return POSTGRES if DATABASE in values["DBInstanceIdentifier"] else ""
    if key.namespace == aws.CACHE_CPU.namespace:
        return VALKEY if values["CacheClusterId"].endswith(FIRST_NODE) else ""
    if key.namespace in (aws.SERVICE_CPU.namespace, aws.SERVICE_RUNNING.namespace):
        return values["ServiceName"]
    if key.namespace == aws.ALB_HEALTHY.namespace:
        return next((each for each in TARGET_GROUPS if each in values.get("TargetGroup", "")), "")
    return ""


def _asks_for_several(alarm: MetricAlarm) -> bool:
    """A service that may never have fewer than two tasks would be short of one here for ever."""
    running = (aws.SERVICE_RUNNING.namespace, aws.SERVICE_RUNNING.name)
    counts = any(query.metric and (query.metric.namespace, query.metric.name) == running for query in alarm.queries)
    return counts and alarm.threshold > 1
