"""What only the account can say: secrets with values, people who have confirmed, stacks as they were reviewed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.synthesis import Synthesis
from tests.voicectl.golive.edited import place_of
from tests.voicectl.golive.test_gate import by_item
from voicectl.golive.account import STANDS, alarm_subscription, stacks_stand
from voicectl.golive.answer import Verdict
from voicectl.review.templates import Assembly
from voicectl.secrets.expected import expected_secrets

pytestmark = pytest.mark.usefixtures("signed_in")


def test_an_account_is_asked_for_secrets_and_people(prod: Synthesis, tmp_path: Path) -> None:
    """Each fails until it is so, and passes then."""
    place = place_of(prod)
    asked = ("secrets-written", "alarm-subscription")
    before = by_item(place, file=tmp_path / "none.toml")

    secrets = boto3.client("secretsmanager", region_name="us-east-1")
    for secret in expected_secrets(place.assembly):
        fields = secret.fields or ({"key"} if secret.is_keys else set())
        secrets.create_secret(
            Name=secret.name, SecretString=json.dumps(dict.fromkeys(fields, "x" * 40)) if fields else "x" * 40
        )
    subscribe(boto3.client("sns", region_name="us-east-1"), "voiceplane-prod-alarms")
    after = by_item(place, file=tmp_path / "none.toml")

    assert {before[name].verdict for name in asked} == {Verdict.FAIL}
    assert {name: after[name].verdict for name in asked} == dict.fromkeys(asked, Verdict.PASS)


def test_people_must_have_confirmed_in_every_region(prod: Synthesis) -> None:
    """Each region's alarms go to its own topic, and AWS asks once for each."""
    place = place_of(prod)
    [(stack, topic)] = place.assembly.of_type("AWS::SNS::Topic")
    abroad = replace(stack, region="eu-central-1")
    everywhere = place._replace(assembly=Assembly((*place.assembly.stacks, abroad)))
    name = topic.properties["TopicName"]
    at_home, away = (boto3.client("sns", region_name=region) for region in (stack.region, "eu-central-1"))
    subscribe(at_home, name)
    missing = alarm_subscription(everywhere)
    subscribe(away, name)

    assert not missing.good
    assert missing.said == f"nobody is subscribed yet: {name} in eu-central-1"
    assert alarm_subscription(everywhere).good


def subscribe(sns: Any, topic: str) -> None:
    """Moto's people confirm at once."""
    arn = sns.create_topic(Name=topic)["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="voice-oncall@example.com")


def test_stacks_stand_only_as_they_were_reviewed(prod: Synthesis) -> None:
    """A stack that is there from another template is not what was reviewed, and one that went back is not either."""
    reviewed = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a – b"}}}}
    other = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    stacks = tuple(replace(stack, template=reviewed) for stack in prod.assembly.stacks)
    place = place_of(prod)._replace(assembly=Assembly(stacks))
    cloudformation = boto3.client("cloudformation", region_name="us-east-1")
    absent = stacks_stand(place)
    for stack in stacks:
        cloudformation.create_stack(StackName=stack.name, TemplateBody=json.dumps(other))

    another = stacks_stand(place)
    for stack in stacks:
        cloudformation.update_stack(StackName=stack.name, TemplateBody=json.dumps(reviewed))
    same = stacks_stand(place)

    assert (absent.good, another.good, same.good) == (False, False, True)
    assert f"{stacks[0].name} is not there" in absent.said
    assert f"{stacks[0].name} was deployed from another template" in another.said
    assert "UPDATE_ROLLBACK_COMPLETE" not in STANDS
