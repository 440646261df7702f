"""Where alarms go: an encrypted topic and a mailbox."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


class AlarmTopic(Construct):
    """Where alarms go.

    Attributes:
        topic: For alarms, events and budgets.
        name: Its physical name.
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, email: str) -> None:
        """Make it.

        Args:
            email: Must confirm the subscription once.
        """
        super().__init__(scope, id_)
        self.name = name
        key = kms.Key(self, "Key", enable_key_rotation=True, description=f"messages of {name}")
        for service in ("cloudwatch", "events", "budgets"):
            key.grant(iam.ServicePrincipal(f"{service}.amazonaws.com"), "kms:Decrypt", "kms:GenerateDataKey*")
        self.topic = sns.Topic(self, "Topic", topic_name=name, master_key=key, enforce_ssl=True)
        for service in ("cloudwatch", "budgets"):
            self.topic.grant_publish(iam.ServicePrincipal(f"{service}.amazonaws.com"))
        self.topic.add_subscription(subscriptions.EmailSubscription(email))
