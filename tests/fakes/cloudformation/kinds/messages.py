"""Queues, topics, subscriptions and event rules."""

from tests.fakes.cloudformation.errors import ResourceRefused
from tests.fakes.cloudformation.kind import Kind, Properties, Resource


def _queue(queue: Resource) -> Properties:
    if queue.take("FifoQueue") and not queue.name.endswith(".fifo"):
        if queue.named_by_template:
            raise ResourceRefused(f"the FIFO queue {queue.name} must be called {queue.name}.fifo")
        queue.name = queue.properties["QueueName"] = f"{queue.name}.fifo"
    attributes = {key: held for key, held in queue.properties.items() if key not in ("QueueName", "Tags")}
    return {"QueueName": queue.name, "Attributes": attributes, "tags": queue.take("Tags", {})}


def _topic(topic: Resource) -> Properties:
    if topic.take("FifoTopic") and not topic.name.endswith(".fifo"):
        topic.name = topic.properties["TopicName"] = f"{topic.name}.fifo"
    if "DeliveryStatusLogging" in topic.properties:
        raise ResourceRefused("the fake cannot log deliveries; add it to tests/fakes/cloudformation/kinds/messages.py")
    direct: Properties = {
        key: topic.properties[key] for key in ("Tags", "DataProtectionPolicy") if key in topic.properties
    }
    outside = {"TopicName", "Subscription", *direct}
    attributes = {key: held for key, held in topic.properties.items() if key not in outside}
    return {"Name": topic.name, "Attributes": attributes, **direct}


def _subscribe_inline(topic: Resource) -> None:
    for subscription in topic.take("Subscription", []):
        topic.call("subscribe", TopicArn=topic.answer["TopicArn"], **subscription)


def _subscription(subscription: Resource) -> Properties:
    direct = ("TopicArn", "Protocol", "Endpoint")
    attributes = {key: held for key, held in subscription.properties.items() if key not in (*direct, "Region")}
    given = {key: subscription.properties[key] for key in direct if key in subscription.properties}
    return {**given, "Attributes": attributes, "ReturnSubscriptionArn": True}


def _set_queue_policy(policy: Resource) -> None:
    for url in policy.properties["Queues"]:
        policy.call("set_queue_attributes", QueueUrl=url, Attributes={"Policy": policy.properties["PolicyDocument"]})


def _set_topic_policy(policy: Resource) -> None:
    for arn in policy.properties["Topics"]:
        policy.call(
            "set_topic_attributes",
            TopicArn=arn,
            AttributeName="Policy",
            AttributeValue=policy.properties["PolicyDocument"],
        )


def _aim(rule: Resource) -> None:
    targets = rule.take("Targets", [])
    if not targets:
        return
    bus = {"EventBusName": rule.properties["EventBusName"]} if "EventBusName" in rule.properties else {}
    answer = rule.call("put_targets", Rule=rule.name, Targets=targets, **bus)
    if answer.get("FailedEntryCount"):
        raise ResourceRefused(f"put_targets: {answer['FailedEntries']}")


KINDS = {
    "AWS::SQS::Queue": Kind(
        service="sqs",
        create="create_queue",
        ref="answer.QueueUrl",
        attributes={
            "Arn": "join(':', ['arn:aws:sqs', region, account, name])",
            "QueueName": "name",
            "QueueUrl": "answer.QueueUrl",
        },
        name="QueueName",
        name_limit=75,
        prepare=_queue,
    ),
    "AWS::SQS::QueuePolicy": Kind(
        service="sqs",
        ref="props.Queues[0]",
        attributes={"Id": "props.Queues[0]"},
        unique=None,
        then=_set_queue_policy,
    ),
    "AWS::SNS::Topic": Kind(
        service="sns",
        create="create_topic",
        ref="answer.TopicArn",
        attributes={"TopicArn": "answer.TopicArn", "TopicName": "name"},
        name="TopicName",
        prepare=_topic,
        then=_subscribe_inline,
    ),
    "AWS::SNS::Subscription": Kind(
        service="sns",
        create="subscribe",
        ref="answer.SubscriptionArn",
        attributes={"Arn": "answer.SubscriptionArn"},
        prepare=_subscription,
    ),
    "AWS::SNS::TopicPolicy": Kind(
        service="sns",
        ref="props.Topics[0]",
        attributes={"Id": "props.Topics[0]"},
        unique=None,
        then=_set_topic_policy,
    ),
    "AWS::Events::Rule": Kind(
        service="events",
        create="put_rule",
        attributes={"Arn": "answer.RuleArn", "RuleName": "name"},
        name="Name",
        name_limit=64,
        unique=("Name", "EventBusName"),
        later=frozenset({"Targets"}),
        then=_aim,
    ),
}
