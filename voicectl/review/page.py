"""The review as data: what `--json` prints, and what every picture of the page is drawn from."""

from datetime import date
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION: Final = 1
HarmName = Literal["data loss", "cuts live calls", "new address", "outage", "made anew"]

KindName = Literal["added", "removed", "replaced", "perhaps replaced", "changed"]
ConcernName = Literal["permissions", "network", "secrets", "stores", "calls", "scaling", "watching", "tasks", "unknown"]


class Part(BaseModel):
    """A part of the page; its fields are the published schema."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Loss(Part):
    """One resource that would be replaced or removed."""

    kind: Literal["replaced", "removed"]
    harm: HarmName
    type: str
    stack: str
    name: str = Field(description="its construct's path in the stack")
    because: tuple[str, ...]
    meaning: str
    is_kept: bool = Field(description="the old one stays in the account, unmanaged")


class Weaker(Part):
    """One thing that is less safe than on the other side."""

    what: str
    where: str
    change: str
    meaning: str


class Changed(Part):
    """One resource that differs."""

    kind: KindName
    type: str
    stack: str
    name: str
    properties: tuple[str, ...]
    because: tuple[str, ...] = Field(description="why it is replaced, or perhaps is")


class ValueRow(Part):
    """One value that differs."""

    name: str
    before: str | None = Field(description="in few words; null where there was nothing; never a secret's value")
    after: str | None


class UnjudgedRow(Part):
    """One resource with a change that bears on something and that no rule judges."""

    concern: ConcernName
    kind: KindName
    type: str = Field(description="of a resource, or a section of its template")
    stack: str
    name: str
    values: tuple[ValueRow, ...] = Field(description="none for a resource that is wholly new or gone")


class Changes(Part):
    """This side against the other."""

    against: str
    same_environment: bool = Field(description="two environments replace nothing of each other's")
    losses: tuple[Loss, ...]
    weaker: tuple[Weaker, ...]
    unjudged: tuple[UnjudgedRow, ...] = Field(default=(), description="for a person to look at; no rule knows them")
    resources: tuple[Changed, ...]
    unchanged: int


class ServiceRow(Part):
    """One service."""

    name: str
    size: str
    min_tasks: int
    max_tasks: int
    is_scaled: bool
    grows_on: tuple[str, ...]
    shrinks_on: tuple[str, ...]


class WeekRow(Part):
    """One service's minimum over an ordinary week."""

    service: str
    time_zone: str
    minimum_by_hour: tuple[int, ...] = Field(min_length=168, max_length=168, description="Monday 00:00 first")
    average_minimum: float
    single_days: tuple[str, ...]


class BudgetRow(Part):
    """One comparison of the timing budget."""

    left: str
    left_seconds: int
    relation: str
    right: str
    right_seconds: int
    holds: bool
    why: str


class OpeningRow(Part):
    """One port or range that every address may reach."""

    stack: str
    protocol: str
    ports: str
    why: str


class WildcardRow(Part):
    """Wildcards that were acknowledged with one reason."""

    why: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    roles: tuple[str, ...]


class KeptRow(Part):
    """One resource that holds data, and what becomes of it with its stack."""

    policy: str
    type: str
    stack: str
    name: str


class AlarmRow(Part):
    """One alarm that people are told of."""

    name: str
    condition: str
    missing_data: str
    meaning: str
    runbook: str
    action_count: int


class Usd(Part):
    """US dollars when nobody calls, on the schedule's average, and with everything at its maximum."""

    floor: float
    average: float
    ceiling: float


class PriceRow(Part):
    """One price of the table that the bill uses."""

    key: str
    unit: str
    usd: float
    date: date
    source: str
    verified: bool


class CostLine(Part):
    """One line of the bill."""

    group: str
    what: str
    usd_per_month: Usd
    prices: tuple[str, ...] = Field(description="keys of `prices`")


class PerMinute(Part):
    """US dollars for a minute of one session, data included; null without agents."""

    at: Literal["floor", "average", "ceiling"]
    sessions: float
    full_use: float | None
    half_use: float | None


class SeedRow(Part):
    """One component, the seed's figure beside ours, US dollars a month."""

    what: str
    seed: float | None
    ours: float | None


class Seed(Part):
    """The seed's cost table for the nearest size."""

    source: str
    sessions: int
    our_sessions: float
    rows: tuple[SeedRow, ...]
    printed_total: float
    added_total: float
    our_total: float
    usd_per_session_minute: float


class Cost(Part):
    """What the environment costs."""

    region_of_prices: str
    lines: tuple[CostLine, ...]
    usd_per_month: Usd
    per_session_minute: tuple[PerMinute, ...]
    data_usd_per_session_minute: float
    prices: tuple[PriceRow, ...]
    unpriced: tuple[str, ...]
    not_counted: tuple[str, ...]
    seed: Seed | None


class Box(Part):
    """One thing of the diagram."""

    id: str
    zone: Literal["internet", "public", "private", "data", "outside"]
    title: str
    lines: tuple[str, ...] = ()


class Arrow(Part):
    """Who opens connections to whom."""

    source: str
    target: str
    label: str = ""


class Diagram(Part):
    """The environment as boxes and arrows."""

    title: str
    network: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


class Review(Part):
    """One page about one environment."""

    schema_version: Literal[1] = SCHEMA_VERSION
    environment: str
    name: str = Field(description="what was reviewed: an environment, a file or a folder")
    regions: tuple[str, ...] = Field(description="the home region first")
    resource_count: int
    stacks: dict[str, int]
    changes: Changes | None
    services: tuple[ServiceRow, ...]
    week: tuple[WeekRow, ...]
    timing_budget: tuple[BudgetRow, ...]
    openings: tuple[OpeningRow, ...]
    wildcards: tuple[WildcardRow, ...]
    kept: tuple[KeptRow, ...]
    alarms: tuple[AlarmRow, ...]
    cost: Cost
    diagram: Diagram
