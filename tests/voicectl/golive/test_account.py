"""What only the account can say: secrets with values, people who have confirmed, stacks as they were reviewed."""

import json
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from tests.synthesis import Synthesis
from tests.voicectl.golive.test_gate import by_item, place_of
from voicectl.golive.account import STANDS, stacks_stand
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
    sns = boto3.client("sns", region_name="us-east-1")
    topic = sns.create_topic(Name="voiceplane-prod-alarms")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="voice-oncall@example.com")
    after = by_item(place, file=tmp_path / "none.toml")

    assert {before[name].verdict for name in asked} == {Verdict.FAIL}
    assert {name: after[name].verdict for name in asked} == dict.fromkeys(asked, Verdict.PASS)


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
