"""State files as `voicectl up` writes them, and readings by their names."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from voicectl.up.aws_metrics.here import Here
from voicectl.up.aws_metrics.readings import Reading
from voicectl.up.process import Status
from voicectl.up.state import Addresses, ProcessState, Running, State

NOWHERE = Addresses(api="", voice="", events="", speech="", aws="", recordings_bucket="", artefacts_bucket="")


def process(name: str, status: Status = Status.READY, **more: Any) -> ProcessState:
    """One row."""
    return ProcessState(name=name, meaning="", status=status, log=Path("/dev/null"), **more)


def tell(folder: Path, *processes: ProcessState) -> None:
    """Write the file."""
    running = Running(
        run="test",
        pid=1,
        started_at=datetime(2026, 11, 20, tzinfo=UTC),
        temporary=folder,
        addresses=NOWHERE,
        processes=processes,
    )
    State(running=running).write(folder)


def here(folder: Path, *processes: ProcessState) -> Here:
    """What there is when these run."""
    tell(folder, *processes)
    return Here(folder)


def named(readings: Iterable[Reading]) -> dict[str, float]:
    """Values by the metrics' names."""
    return {reading.metric.name: reading.value for reading in readings}
