"""What one tier's row in the table of scaling can hold."""

from dataclasses import dataclass

from config.sections.capacity import Predictive, ScaleIn, ScaleOut
from voice_constructs.scaling.signal import Signal, Source


@dataclass(frozen=True)
class Predefined:
    """A metric that Application Auto Scaling knows by name."""

    type: str
    label: str | None = None


@dataclass(frozen=True)
class Tracking:
    """Target tracking: AWS keeps a metric near a target, and makes its own alarms for that.

    Without data AWS does nothing (facts: aws E4).

    Attributes:
        in_cooldown_seconds: None for a guard that only ever adds tasks.
    """

    name: str
    metric: Predefined | Source
    target: float
    out_cooldown_seconds: int
    in_cooldown_seconds: int | None = None


@dataclass(frozen=True)
class Steps:
    """One step policy out for each signal, and a single one in when all of them have been low for long.

    Attributes:
        signals: Each can grow the tier on its own.
        guards: Signals that grow the tier by tracking instead; they must be low too before it shrinks.
        waking: Reports demand while no task runs; without it the tier needs at least one task.
    """

    signals: tuple[Signal, ...]
    scale_out: ScaleOut
    scale_in: ScaleIn
    guards: tuple[Signal, ...] = ()
    waking: Source | None = None


@dataclass(frozen=True)
class Forecast:
    """Predictive scaling: load that repeats by day and week brings tasks before it comes, and never takes any away.

    Attributes:
        load: The whole service's load; None for AWS's own pair of CPU metrics.
        target: Of the load per task, or of CPU use in percent.
    """

    mode: Predictive
    target: float
    load: Source | None = None


@dataclass(frozen=True)
class Rules:
    """All that scales one tier.

    Attributes:
        floor: No profile may go below.
    """

    tracking: tuple[Tracking, ...] = ()
    steps: Steps | None = None
    forecast: Forecast | None = None
    floor: int = 1
