"""The optional queue that tells other systems of a completed session."""

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from config.sections.data import Handoff
from voice_constructs.access import allow


class SessionCompletedQueue(Construct):
    """SQS FIFO, in order within a session, with a dead-letter queue.

    Attributes:
        queue: Where the control plane sends.
        dead_letters: What nobody could use.
    """

    def __init__(self, scope: Construct, id_: str, *, prefix: str, handoff: Handoff, key: kms.IKey) -> None:
        """Make both queues.

        Args:
            prefix: Of their physical names.
        """
        super().__init__(scope, id_)
        self._key = key
        self.name = f"{prefix}-session-completed.fifo"
        self.dead_letters = self._queue("DeadLetters", f"{prefix}-session-completed-dead.fifo")
        self.queue = self._queue(
            "Queue",
            self.name,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=handoff.max_receives),
        )

    @classmethod
    def optional(
        cls, scope: Construct, id_: str, *, prefix: str, handoff: Handoff, key: kms.IKey
    ) -> "SessionCompletedQueue | None":
        """The queues, if the environment wants them."""
        return cls(scope, id_, prefix=prefix, handoff=handoff, key=key) if handoff.enabled else None

    def allow_sending(self, role: iam.IRole) -> None:
        """Let a task send to the queue."""
        queue = Stack.of(role).format_arn(service="sqs", resource=self.name, arn_format=ArnFormat.NO_RESOURCE_NAME)
        allow(role, actions=["sqs:SendMessage"], resources=[queue])
        allow(role, actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[self._key.key_arn])

    def _queue(self, id_: str, name: str, *, dead_letter_queue: sqs.DeadLetterQueue | None = None) -> sqs.Queue:
        return sqs.Queue(
            self,
            id_,
            queue_name=name,
            fifo=True,
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=self._key,
            retention_period=Duration.days(14),
            visibility_timeout=Duration.minutes(5),
            dead_letter_queue=dead_letter_queue,
        )
