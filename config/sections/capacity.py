"""How many tasks a service may have, how big each is, and when it asks for more."""

from typing import Literal

from pydantic import Field

from config.sections.section import Section
from contract.timing import FARGATE_STOP_TIMEOUT_SECONDS

Predictive = Literal["off", "forecast_only", "forecast_and_scale"]


class Tasks(Section):
    """Bounds on the number of tasks."""

    min: int = Field(ge=0, le=5000)
    """The floor, outside every scheduled window."""
    max: int = Field(ge=1, le=5000)
    """The ceiling, outside every scheduled window."""
    fixed: int | None = Field(None, ge=0, le=5000)
    """Set it to switch autoscaling off: exactly this many tasks."""


class TaskSize(Section):
    """CPU and memory of one Fargate task; AWS offers certain pairs only."""

    cpu_units: int = Field(gt=0)
    """1,024 units are one vCPU."""
    memory_mib: int = Field(gt=0)
    """Memory, MiB."""


class ServiceSection(Section):
    """What every ECS service has."""

    tasks: Tasks
    """How many tasks."""
    size: TaskSize
    """How big each task is."""
    architecture: Literal["arm64", "x86_64"] = "arm64"
    """Processor of the tasks; the image must be built for it."""
    stop_timeout_seconds: int = Field(120, ge=1, le=FARGATE_STOP_TIMEOUT_SECONDS)
    """From SIGTERM to SIGKILL; Fargate allows 120 at most."""
    spot: bool = False
    """Run on Fargate Spot, which AWS may take back with two minutes' notice."""
    high_resolution: bool = False
    """ECS CPU and memory metrics every 20 s instead of every minute, at CloudWatch's price."""
    predictive: Predictive = "off"
    """AWS's forecast of the load, from 24 h of history on."""
    rollout: Literal["rolling", "canary", "blue_green"] = "rolling"
    """How a deployment shifts traffic; canary and blue_green only where no scaling policy names the target group."""


class ScaleIn(Section):
    """How a tier shrinks: one step at a time, when every signal has been low for long."""

    quiet_seconds: int = Field(600, ge=120, le=3600, multiple_of=60)
    """All signals must have been low for this long; alarms count whole minutes."""
    cooldown_seconds: int = Field(60, ge=10, le=3600)
    """Between two steps in."""
    step: int = Field(1, ge=1, le=10)
    """Tasks to take away at a time."""


class ScaleOut(Section):
    """How a tier grows when a signal is high."""

    percent: int = Field(100, ge=10, le=400)
    """Share of the current tasks to add."""
    at_least: int = Field(1, ge=1, le=100)
    """Add at least this many tasks."""
    cooldown_seconds: int = Field(60, ge=10, le=3600)
    """Between two steps out."""
