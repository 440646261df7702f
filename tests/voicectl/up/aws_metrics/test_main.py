"""The process: it publishes all that it can measure, says no secret, and ends at once when it is told to."""

import signal
import subprocess
import sys
from pathlib import Path

from tests.platform.aws import Aws
from tests.platform.postgres import Postgres
from tests.platform.valkey import Valkey
from tests.platform.waiting import wait_until
from tests.voicectl.up.aws_metrics.telling import tell
from voicectl.alarms.watch import ALARMS

ROOT = Path(__file__).parents[4]
SECONDS = 30.0


def test_it_publishes_until_it_is_told_to_stop(
    postgres: Postgres, live_valkey: Valkey, aws: Aws, definitions: Path, tmp_path: Path
) -> None:
    """Database and Valkey are somebody's own here: their connections are measured, their machine is not."""
    (tmp_path / ALARMS).write_text(definitions.read_text())
    tell(tmp_path)
    reached = {**postgres.variables("postgres"), "LIVE_REDIS_URL": live_valkey.url}
    process = subprocess.Popen(
        [sys.executable, "-m", "voicectl.up.aws_metrics", str(tmp_path), "60"],
        cwd=ROOT,
        env={**aws.variables, **reached, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_until(
            lambda: (
                {"DatabaseConnections"} <= names(aws, "AWS/RDS")
                and {"EngineCPUUtilization", "Evictions"} <= names(aws, "AWS/ElastiCache")
            ),
            what="points",
            seconds=SECONDS,
        )
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=SECONDS)

    assert (process.returncode, said) == (-signal.SIGTERM, "")
    assert names(aws, "AWS/RDS") == {"DatabaseConnections", "MaximumUsedTransactionIDs"}


def names(aws: Aws, namespace: str) -> set[str]:
    """The metrics that CloudWatch has of one of AWS's services."""
    return {each["MetricName"] for each in aws.client("cloudwatch").list_metrics(Namespace=namespace)["Metrics"]}
