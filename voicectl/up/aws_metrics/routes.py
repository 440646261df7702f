"""What a load balancer would know of the process behind it: whether it is well, and what it answered."""

from collections.abc import Iterator
from typing import Final

import httpx
from prometheus_client.parser import text_string_to_metric_families

from contract import aws_metrics as aws
from contract.metrics import API_LATENCY, API_REQUESTS
from contract.services import METRICS_PATH
from voicectl.up.aws_metrics.here import Here
from voicectl.up.aws_metrics.readings import Growth, Reading
from voicectl.up.aws_metrics.target_groups import TARGET_GROUPS, target_group_of

LOOPBACK: Final = "127.0.0.1"
MOST_MISSES: Final = 2  # in a row: a load balancer's default UnhealthyThresholdCount
SUMS: Final = {API_REQUESTS.prometheus, f"{API_LATENCY.prometheus}_sum", f"{API_LATENCY.prometheus}_count"}
Sums = dict[tuple[str, bool], float]


class Route:
    """Measures one target group, as the load balancer before it does."""

    def __init__(self, group: str, *, here: Here, answer_seconds: float) -> None:
        """Prepare it.

        Args:
            group: One of `TARGET_GROUPS`.
            answer_seconds: After which a question counts as not answered.
        """
        self.name, self._group, self._here = group, TARGET_GROUPS[group], here
        # Whatever proxy the person has, loopback is not behind it.
        self._client = httpx.AsyncClient(trust_env=False, timeout=answer_seconds)
        self._misses, self._growth = 0, Growth()

    async def look(self) -> list[Reading]:
        """Ask the process."""
        process = self._here.process(self._group.process)
        if process is None or not process.ports:
            return []
        address = f"http://{LOOPBACK}:{process.ports[0]}"
        status, _ = await self._ask(f"{address}{self._group.path}")
        self._misses = 0 if status in self._group.healthy else self._misses + 1
        unhealthy = float(self._misses >= MOST_MISSES)
        return [
            Reading(aws.ALB_HEALTHY, self.name, 1 - unhealthy),
            Reading(aws.ALB_UNHEALTHY, self.name, unhealthy),
            *(await self._answered(f"{address}{METRICS_PATH}") if self._group.counts else ()),
        ]

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()

    async def _ask(self, url: str) -> tuple[int, str]:
        """Answer the status and the text; 0 for no answer."""
        try:
            answer = await self._client.get(url)
        except httpx.HTTPError:
            return 0, ""
        return answer.status_code, answer.text

    async def _answered(self, url: str) -> list[Reading]:
        status, text = await self._ask(url)
        return list(self._readings(sums_of(text, group=self.name))) if status == 200 else []

    def _readings(self, sums: Sums) -> Iterator[Reading]:
        """A load balancer says nothing where there was no request; 0 tells a quiet one from one without numbers."""
        grown = {key: self._growth.of(key, value) for key, value in sums.items()}
        well, failed = grown[API_REQUESTS.prometheus, False], grown[API_REQUESTS.prometheus, True]
        seconds = grown[f"{API_LATENCY.prometheus}_sum", False]
        answers = grown[f"{API_LATENCY.prometheus}_count", False]
        if well is None or failed is None:
            return
        yield Reading(aws.ALB_REQUESTS, self.name, well + failed)
        yield Reading(aws.ALB_SERVER_ERRORS, self.name, failed)
        if answers and seconds is not None:
            yield Reading(aws.ALB_RESPONSE_TIME, self.name, seconds / answers)


def sums_of(exposition: str, *, group: str) -> Sums:
    """Add up what the API says of the routes of one target group, by name, and by whether it was a server's error."""
    sums = {(name, is_error): 0.0 for name in SUMS for is_error in (False, True)}
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            if sample.name in SUMS and target_group_of(sample.labels["route"]) == group:
                sums[sample.name, sample.labels.get("status", "").startswith("5")] += sample.value
    return sums
