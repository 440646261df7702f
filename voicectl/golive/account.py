"""Looks at the account: secrets with values, people who have confirmed, stacks that stand."""

import json
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from voicectl.deploy.under_way import state_of
from voicectl.doctor.finding import Verdict
from voicectl.golive.answer import Found, Place
from voicectl.secrets.check import check
from voicectl.secrets.errors import AccountSilent

SIGN_IN = "sign in, such as by `aws sso login`, and come again"
PENDING = "PendingConfirmation"  # SNS's own words, where a subscription's name will be
STANDS = ("CREATE_COMPLETE", "UPDATE_COMPLETE")  # after a rollback something else stands than was meant


def secrets_written(place: Place) -> Found:
    """Every secret has a value of the right shape."""
    try:
        findings = check(place.assembly, environment=place.name)
    except AccountSilent as silent:
        return Found(False, str(silent).partition(";")[0], SIGN_IN)
    wrong = [f"{each.name}: {each.found}" for each in findings if each.verdict is Verdict.MISSING]
    if wrong:
        return Found(False, "; ".join(wrong), f"voicectl secrets check --env {place.name}")
    return Found(True, f"{len(findings)} secrets are well-formed")


def alarm_subscription(place: Place) -> Found:
    """The mailbox that alarms go to has said yes; without it every alarm is lost."""
    topics = [
        (stack.region, topic.properties["TopicName"]) for stack, topic in place.assembly.of_type("AWS::SNS::Topic")
    ]
    try:
        known = {topic: _subscriptions(*topic) for topic in topics}
    except (BotoCoreError, ClientError) as refused:
        return Found(False, f"AWS cannot be asked: {refused}", SIGN_IN)
    deaf = [f"{name} in {region}" for (region, name), people in known.items() if not people]
    if deaf or not topics:
        return Found(False, f"nobody is subscribed yet: {', '.join(deaf)}", f"make deploy ENV={place.name}")
    everybody = [(region, each) for (region, _), people in known.items() for each in people]
    pending = [f"{each['Endpoint']} ({region})" for region, each in everybody if each["SubscriptionArn"] == PENDING]
    if pending:
        return Found(False, f"not confirmed: {', '.join(pending)}", "open the mail that AWS sent there, and confirm")
    return Found(True, f"confirmed: {', '.join(sorted({each['Endpoint'] for _, each in everybody}))}")


def _subscriptions(region: str, topic: str) -> list[dict[str, str]]:
    """Who is subscribed to a topic of this name, confirmed or not."""
    pages = boto3.client("sns", region_name=region).get_paginator("list_subscriptions").paginate()
    return [each for page in pages for each in page["Subscriptions"] if each["TopicArn"].split(":")[-1] == topic]


def stacks_stand(place: Place) -> Found:
    """What was reviewed is there: every stack deployed without going back, from the template that is looked at here."""
    wrong = []
    try:
        for stack in place.assembly.stacks:
            state = state_of(stack.name, region=stack.region)
            if state not in STANDS:
                wrong.append(f"{stack.name} {state or 'is not there'}")
            elif _deployed(stack.name, region=stack.region) != _as_kept(stack.template):
                wrong.append(f"{stack.name} was deployed from another template")
    except (BotoCoreError, ClientError) as refused:
        return Found(False, f"AWS cannot be asked: {refused}", SIGN_IN)
    if wrong:
        return Found(False, "; ".join(wrong), f"make deploy ENV={place.name}")
    return Found(True, f"{len(place.assembly.stacks)} stacks stand as they are here")


def _deployed(stack: str, *, region: str) -> Any:
    client = boto3.client("cloudformation", region_name=region)
    body = client.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
    return _as_kept(json.loads(body) if isinstance(body, str) else body)


def _as_kept(template: Any) -> Any:
    """CloudFormation gives a template back with a question mark for each character that is not ASCII.

    `cdk diff` reckons with it in the same way (aws-cdk, `mangleLikeCloudFormation`).
    """
    text = json.dumps(template, sort_keys=True, ensure_ascii=False)
    return json.loads(text.encode("ascii", "replace"))
