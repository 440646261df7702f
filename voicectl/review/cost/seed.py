"""The cost table of the project's seed, beside ours: requirement S204, with the faults that X25, D25 and D26 name."""

import math
from dataclasses import dataclass
from typing import Final

from voicectl.review.cost.bill import MINUTES_PER_MONTH, Bill

SOURCE: Final = "the scaling seed, lines 460 to 468, read 2026-11-21; nobody has verified it"
NONE: Final = 0.0
# US dollars a month for 100, 1,000 and 10,000 concurrent sessions; read in the scaling seed, 2026-11-21, unverified.
TABLE: Final = {
    "SFU, LiveKit Cloud": (150.0, 1200.0, NONE),
    "SFU, own": (NONE, 640.0, 3200.0),
    "agents": (80.0, 600.0, 4500.0),
    "Redis": (50.0, 200.0, 800.0),
    "PostgreSQL": (150.0, 400.0, 1200.0),
    "recordings in S3": (20.0, 180.0, 1700.0),
    "TURN": (40.0, 320.0, 2400.0),
    "load balancers, DNS": (20.0, 60.0, 240.0),
}
SIZES: Final = (100, 1_000, 10_000)
TOTALS: Final = (510.0, 3560.0, 14040.0)  # as the seed prints them, same source, unverified
OURS: Final = {
    "SFU, own": ("media",),
    "agents": ("agents",),
    "Redis": ("Valkey",),
    "PostgreSQL": ("database",),
    "load balancers, DNS": ("network",),
}


@dataclass(frozen=True)
class SeedLine:
    """One component on both sides, US dollars a month; None where a side has none."""

    what: str
    seed: float | None
    ours: float | None


@dataclass(frozen=True)
class SeedTable:
    """The seed's figures for the size that is nearest.

    Attributes:
        sessions: Concurrent sessions of the seed's column; `our_sessions` is our ceiling.
        printed: The total that the seed prints; `added` is what its rows come to.
    """

    sessions: int
    our_sessions: float
    lines: tuple[SeedLine, ...]
    printed: float
    added: float
    ours: float

    @property
    def per_session_minute(self) -> float:
        """Of the seed's printed total, every session in use around the clock."""
        return self.printed / (self.sessions * MINUTES_PER_MONTH)


def beside_seed(bill: Bill) -> SeedTable | None:
    """Put the bill at its ceiling beside the seed's nearest column; None without agents."""
    if not bill.sessions.ceiling:
        return None
    column = min(range(len(SIZES)), key=lambda index: abs(math.log(SIZES[index] / bill.sessions.ceiling)))
    groups: dict[str, float] = {}
    for line in bill.lines:
        groups[line.group] = groups.get(line.group, 0) + line.usd.ceiling
    named = {group for ours in OURS.values() for group in ours}
    lines = [
        SeedLine(what, values[column] or None, sum(groups.get(group, 0) for group in OURS.get(what, ())) or None)
        for what, values in TABLE.items()
    ]
    rest = sum(usd for group, usd in groups.items() if group not in named)
    lines.append(SeedLine("API, WebSocket, Celery, alarms, secrets", None, rest))
    return SeedTable(
        sessions=SIZES[column],
        our_sessions=bill.sessions.ceiling,
        lines=tuple(lines),
        printed=TOTALS[column],
        added=sum(values[column] for values in TABLE.values()),
        ours=bill.usd.ceiling,
    )
