"""What is measured of a thing, and what measures."""

from collections.abc import Hashable
from typing import NamedTuple, Protocol

from contract.aws_metrics import AwsMetric


class Reading(NamedTuple):
    """One value of one thing.

    Attributes:
        of: `postgres`, `valkey`, the name of a service, or the word by which a target group is known.
    """

    metric: AwsMetric
    of: str
    value: float


class Source(Protocol):
    """Measures one thing.

    Attributes:
        name: For the log.
    """

    name: str

    async def look(self) -> list[Reading]:
        """Measure it now; nothing of what cannot be known yet, or here.

        Raises:
            Unmeasured: It does not answer.
        """

    async def close(self) -> None:
        """Let go of what it holds."""


class Growth:
    """What counters that only grow have grown by since the look before."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._before: dict[Hashable, float] = {}

    def of(self, counter: Hashable, now: float) -> float | None:
        """Answer a counter's growth; None at the first look. One that is less than before began anew at 0."""
        before = self._before.get(counter)
        self._before[counter] = now
        if before is None:
            return None
        return now - before if now >= before else now
