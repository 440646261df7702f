"""The bill: quantities times prices, and what a minute of a session comes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from voicectl.review.cost.prices import Prices
from voicectl.review.cost.usage import HOURS_PER_MONTH, Item, Load, items_of, tasks_of
from voicectl.review.services import Service, services_of
from voicectl.review.templates import Assembly

MINUTES_PER_MONTH: Final = HOURS_PER_MONTH * 60
# Read from the fact sheet on performance, 2026-11-21 (unverified): speech to and from cloud providers as PCM is about
# 4.9 MB a minute through the NAT gateway, and what a caller hears is about 0.44 MB a minute to the internet.
NAT_GB_PER_SESSION_MINUTE: Final = 0.0049
OUT_GB_PER_SESSION_MINUTE: Final = 0.00044
NOT_COUNTED: Final = (
    "AI providers",
    "capacity units of load balancers",
    "log lines",
    "recordings in S3",
    "images in ECR",
    "custom and Container Insights metrics",
    "Amplify",
    "backups beyond the database's own size",
    "data between zones",
)


@dataclass(frozen=True)
class Line:
    """One line of the bill, in US dollars a month.

    Attributes:
        prices: Their keys in the table.
    """

    group: str
    what: str
    per_month: Load
    usd: Load
    prices: tuple[str, ...]


@dataclass(frozen=True)
class Bill:
    """What an environment costs.

    Attributes:
        usd: A month, all lines.
        sessions: That its agents can hold; 0 when none of the services says so.
        data_usd: For the data of one session-minute.
        unpriced: What has no price in the table.
    """

    lines: tuple[Line, ...]
    usd: Load
    sessions: Load
    data_usd: float
    unpriced: tuple[str, ...]

    def per_session_minute(self, load: str, *, use: float) -> float | None:
        """What a session-minute costs in US dollars.

        Args:
            load: `floor`, `average` or `ceiling`.
            use: Share of the sessions that are in use, 0 to 1, around the clock.
        """
        sessions = getattr(self.sessions, load) * use
        return getattr(self.usd, load) / (sessions * MINUTES_PER_MONTH) + self.data_usd if sessions else None


def bill_of(assembly: Assembly, *, prices: Prices) -> Bill:
    """Price everything in an assembly that is billed by time."""
    items = [item for item in items_of(assembly) if item.per_month.ceiling]
    lines = tuple(_line(item, prices) for item in items if _is_priced(item, prices))
    data = (
        prices["network.nat_gb"].usd * NAT_GB_PER_SESSION_MINUTE
        + prices["network.out_gb"].usd * OUT_GB_PER_SESSION_MINUTE
    )
    return Bill(
        lines=lines,
        usd=total(line.usd for line in lines),
        sessions=sessions_of(assembly),
        data_usd=data,
        unpriced=tuple(f"{item.what} ({item.price})" for item in items if not _is_priced(item, prices)),
    )


def sessions_of(assembly: Assembly) -> Load:
    """How many sessions the agents of every region hold: their tasks times what each is told to take."""
    return total(
        tasks_of(service).times(_capacity(service, assembly))
        for service in services_of(assembly)
        if service.name == "agent"
    )


def _capacity(agent: Service, assembly: Assembly) -> int:
    stack = assembly.by_name[agent.stack]
    task = stack.properties_of(stack.template["Resources"][agent.logical_id]["Properties"]["TaskDefinition"])
    told = [
        int(variable["Value"])
        for container in task["ContainerDefinitions"]
        for variable in container.get("Environment", [])
        if variable["Name"] == "SESSION_CAPACITY"
    ]
    return told[0] if told else 0


def total(loads: Iterable[Load]) -> Load:
    """Add them up."""
    every = list(loads)
    return Load(
        sum(load.floor for load in every), sum(load.average for load in every), sum(load.ceiling for load in every)
    )


def _is_priced(item: Item, prices: Prices) -> bool:
    return item.price in prices and (not item.share or item.share in prices)


def _line(item: Item, prices: Prices) -> Line:
    usd = item.per_month.times(prices[item.price].usd * (prices[item.share].usd if item.share else 1))
    return Line(item.group, item.what, item.per_month, usd, tuple(filter(None, (item.price, item.share))))
