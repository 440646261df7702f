"""`python -m voicectl.up.aws_metrics FOLDER SPEED`: what AWS would measure, to moto's CloudWatch until SIGTERM.

What is running is read from the state file in FOLDER, and which metrics are wanted from the alarms that are kept there.
How database and Valkey are reached comes by the same variables that containers have.
"""

import asyncio
import os
import sys
from pathlib import Path

import boto3
from botocore.config import Config

from voicectl.alarms.watch import ALARMS
from voicectl.up.aws_metrics.environment import MeasuringEnv
from voicectl.up.aws_metrics.here import Here
from voicectl.up.aws_metrics.postgres import Postgres
from voicectl.up.aws_metrics.publish import Publisher, publish_all
from voicectl.up.aws_metrics.readings import Source
from voicectl.up.aws_metrics.routes import Route
from voicectl.up.aws_metrics.services import Services
from voicectl.up.aws_metrics.target_groups import TARGET_GROUPS
from voicectl.up.aws_metrics.valkey import Valkey
from voicectl.up.environments import report_seconds

PROBE_SECONDS = 5.0  # what our load balancers give a target: `voice_constructs.load_balancer`
PROBE_SHARE = 0.8  # of an interval at the most, so that a question is answered or given up before the next
PATIENCE = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})


async def main(folder: Path, *, speed: float, environment: MeasuringEnv) -> None:
    """Publish for ever; what nobody expected rises, and the process is started again."""
    here, every = Here(folder), report_seconds(speed)
    publisher = Publisher(boto3.client("cloudwatch", config=PATIENCE), definitions=folder / ALARMS)
    answer_seconds = min(PROBE_SECONDS, PROBE_SHARE * every)
    sources: list[Source] = [
        Postgres(environment, here=here),
        Valkey(environment),
        Services(here=here, wanted=publisher.wanted),
        *(Route(group, here=here, answer_seconds=answer_seconds) for group in TARGET_GROUPS),
    ]
    # SIGTERM ends it at once, unhandled: nothing is begun here that must be finished, and Python 3.11 may lose a
    # cancellation in `asyncio.wait_for`, by which psycopg waits.
    try:
        await publish_all(sources, publisher=publisher, every_seconds=every)
    finally:
        for source in sources:
            await source.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), speed=float(sys.argv[2]), environment=MeasuringEnv.read(os.environ)))
