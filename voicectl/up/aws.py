"""`python -m voicectl.up.aws PORT FOLDER SPEED QUEUE BUCKET…`: moto as S3, CloudWatch and SQS on loopback.

Buckets and queue are there from the start. Everything is in memory: a restart empties the buckets and makes them again.
The alarms of FOLDER are evaluated beside it, SPEED times as fast as CloudWatch does.
"""

import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import Final

import boto3
from moto.server import ThreadedMotoServer

from voicectl.alarms.watch import ALARMS, ALARMS_SEEN
from voicectl.up.cloudwatch import CloudWatch
from voicectl.up.environments import ACCOUNT

LOOPBACK: Final = "127.0.0.1"


def main(port: int, folder: Path, speed: float, queue: str, buckets: Sequence[str]) -> None:
    """Serve until SIGTERM; it is ready when the last bucket answers."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # it is asked for its health every few seconds
    told = Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    server = ThreadedMotoServer(ip_address=LOOPBACK, port=port, verbose=False)
    server.start()
    where = {"endpoint_url": f"http://{LOOPBACK}:{port}", "region_name": os.environ["AWS_REGION"]}
    boto3.client("sqs", **where).create_queue(QueueName=queue, Attributes={"FifoQueue": "true"})
    s3 = boto3.client("s3", **where)
    for bucket in buckets:
        s3.create_bucket(Bucket=bucket)
    watch = CloudWatch(
        account=ACCOUNT,
        region=os.environ["AWS_REGION"],
        definitions=folder / ALARMS,
        report=folder / ALARMS_SEEN,
        speed=speed,
    )
    watch.start()
    told.wait()
    watch.stop()
    server.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), sys.argv[4], sys.argv[5:])
