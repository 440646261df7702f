"""Everything that an environment file may say."""

from typing import Literal

from pydantic import Field

from config.sections.agent import Agent
from config.sections.data import Data
from config.sections.media import Media
from config.sections.network import Domain, Network, Region
from config.sections.operations import Delivery, Operations
from config.sections.schedule import Schedule
from config.sections.section import Section
from config.sections.web import Api, Frontend, WebSocket
from config.sections.workers import Background, Celery
from contract.timing import Timing


class Environment(Section):
    """One deployed copy of the platform."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,14}[a-z0-9]$", examples=["prod"])
    """In every physical name; the file's own name unless it says otherwise."""
    production: bool = False
    """Refuses what must not be in production: Flower, silk, data that is not kept, a single zone's NAT."""
    account: str | None = Field(None, pattern=r"^[0-9]{12}$", examples=["123456789012"])
    """AWS account; the credentials' own when it is not given."""
    region: str = Field(examples=["us-east-1"])
    """Home region."""
    size: Literal["small", "medium", "large"] = "small"
    """Preset for up to 50, 500 or 5,000 concurrent sessions; every key can still be set."""
    domain: Domain
    """The public name."""
    operations: Operations
    """Alarms, logs, budget."""
    delivery: Delivery
    """Images and pipelines."""
    network: Network = Network()
    """The VPC."""
    regions: tuple[Region, ...] = ()
    """Further regions for media and agents."""
    data: Data = Data()
    """Database, Valkey, buckets."""
    media: Media = Media()
    """LiveKit and egress."""
    agent: Agent = Agent()
    """The agent fleet."""
    api: Api = Api()
    """The API."""
    websocket: WebSocket = WebSocket()
    """The WebSocket service."""
    celery: Celery = Celery()
    """The pools."""
    background: Background = Background()
    """Beat, supervisor, migration, Flower."""
    frontend: Frontend = Frontend()
    """The page."""
    timing: Timing = Timing()
    """Durations of a call and its shutdown."""
    schedule: Schedule = Schedule()
    """Weekday and weekend profiles."""
    tags: dict[str, str] = Field(default_factory=dict)
    """Further tags on every resource."""
