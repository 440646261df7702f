"""moto as the test run's AWS: a server of its own process's threads, with the two buckets and the hand-off queue."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

import boto3
from moto.server import ThreadedMotoServer

from tests.platform.addresses import LOOPBACK, port_of

REGION: Final = "eu-west-1"
RECORDINGS: Final = "voiceplane-tests-recordings"
ARTEFACTS: Final = "voiceplane-tests-artefacts"
QUEUE: Final = "session-completed.fifo"
ACCOUNT: Final = "123456789012"  # moto's


class Aws(NamedTuple):
    """The running endpoint."""

    endpoint: str

    @property
    def variables(self) -> dict[str, str]:
        """What boto3 reads, in this process and in those that a test starts."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }

    @property
    def queue_url(self) -> str:
        """Of the FIFO queue that a completed session is handed to."""
        return f"{self.endpoint}/{ACCOUNT}/{QUEUE}"

    def client(self, service: str) -> Any:
        """A client that needs nothing from the environment."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def empty(self) -> None:
        """Forget all objects and messages."""
        s3 = self.client("s3")
        for bucket in (RECORDINGS, ARTEFACTS):
            for item in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
                s3.delete_object(Bucket=bucket, Key=item["Key"])
        self.client("sqs").delete_queue(QueueUrl=self.queue_url)
        self.make_queue()

    def make_queue(self) -> None:
        """As `voice_constructs.handoff` makes it."""
        self.client("sqs").create_queue(
            QueueName=QUEUE, Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "false"}
        )


def planned_aws() -> Aws:
    """The endpoint that `running_aws` will have in this process."""
    return Aws(f"http://{LOOPBACK}:{port_of('moto')}")


@contextmanager
def running_aws() -> Iterator[Aws]:
    """Run moto and make what the data stack makes."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address=LOOPBACK, port=port_of("moto"), verbose=False)
    server.start()
    try:
        aws = planned_aws()
        for bucket in (RECORDINGS, ARTEFACTS):
            aws.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        aws.make_queue()
        yield aws
    finally:
        server.stop()
