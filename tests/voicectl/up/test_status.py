"""`voicectl status` shows a table that can be read, whatever is in it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from voicectl.up.process import Status
from voicectl.up.state import Addresses, ProcessState, Running
from voicectl.up.status import as_table

WHY = "no LiveKit server: " + "; ".join(
    f"reason {number} is a long one, as pip and Docker have them" for number in range(9)
)


def test_a_long_reason_leaves_the_other_columns_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """It takes more lines: process, status, pid and port are what people look for, and the reason is shown whole."""
    rows = (
        ProcessState(name="livekit-build", meaning="once", status=Status.LEFT_OUT, detail=WHY, log=Path("b.log")),
        ProcessState(
            name="celery-notifications",
            meaning="tasks",
            status=Status.READY,
            pid=4711,
            ports=(50123,),
            log=Path("c.log"),
        ),
    )
    addresses = Addresses(
        api="http://127.0.0.1:1",
        voice="ws://127.0.0.1:2/voice",
        events="ws://127.0.0.1:2/events",
        speech="http://127.0.0.1:3",
        aws="http://127.0.0.1:4",
        recordings_bucket="recordings",
        artefacts_bucket="artefacts",
    )
    running = Running(
        run="r", pid=1, started_at=datetime.now(UTC), temporary=Path("t"), addresses=addresses, processes=rows
    )

    as_table(running)

    table = capsys.readouterr().out.partition("api: ")[0]
    assert ["celery-notifications", "ready", "4711", "50123", "tasks"] in [line.split() for line in table.splitlines()]
    assert WHY in " ".join(table.split())
