"""LiveKit's key is changed in three steps, and at every moment whoever signs is believed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto.ecs.models import ecs_backends

from tests.config.files import voice_toml, write
from tests.synthesis import Syntheses
from tests.voicectl.secrets.conftest import FIRST_KEY, LIVEKIT, MADE, deploy, run_services, text_of
from voicectl.review.templates import Assembly, StackTemplate
from voicectl.secrets.errors import AccountSilent, RotationRefused
from voicectl.secrets.rotation import Standing, Step, add, readers, restart, retire, standing_of

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
MOTO = "123456789012"  # its account
NEW_KEY = f"{FIRST_KEY}-20261121120000"


def keys() -> dict[str, str]:
    """What the secret has."""
    return dict(json.loads(text_of(LIVEKIT)))


def signing_with(key: str, assembly: Assembly) -> Assembly:
    """The templates after `media.livekit.key_id` was set and synthesized."""
    return Assembly(
        tuple(
            StackTemplate(
                each.name, each.region, json.loads(json.dumps(each.template).replace(f":{FIRST_KEY}::", f":{key}::"))
            )
            for each in assembly.stacks
        )
    )


def test_the_three_steps_lead_from_one_key_to_the_next(founded: Assembly) -> None:
    """Both are there while anybody signs with either."""
    run_services(founded)
    assert standing_of(founded).step is Step.ADD

    new = add(founded, now=NOW)
    both = keys()
    assert new == NEW_KEY
    assert both.keys() == {FIRST_KEY, NEW_KEY}
    assert (both[FIRST_KEY], len(both[NEW_KEY])) == (MADE, 48)
    assert standing_of(founded).step is Step.USE

    after = signing_with(NEW_KEY, founded)
    assert standing_of(after).step is Step.HAND_OVER
    run_services(after, key=NEW_KEY)
    assert standing_of(after).step is Step.RETIRE

    retire(after, key=FIRST_KEY)
    assert keys() == {NEW_KEY: both[NEW_KEY]}
    assert standing_of(after).step is Step.ADD


def test_whoever_reads_all_keys_is_restarted(founded: Assembly) -> None:
    """A node knows the keys that it was started with; so does the API, which takes webhooks."""
    run_services(founded)
    before = deployments(founded)

    add(founded, now=NOW)

    assert sorted(each.name for each in readers(founded)) == ["api", "livekit"]
    assert {name for name, begun in deployments(founded).items() if begun != before[name]} == {"api", "livekit"}


def test_a_reader_that_could_not_be_restarted_is_restarted_by_the_next_run(
    founded: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS refused just then: the secret has two keys, and a node that knows one."""
    run_services(founded)
    before = deployments(founded)

    with (
        throttled(monkeypatch),
        pytest.raises(AccountSilent, match="the secret has changed, and these were not .*again"),
    ):
        add(founded, now=NOW)
    begun(seconds_ago=60)
    standing = standing_of(founded)

    assert standing.step is Step.SPREAD
    assert {each.name for each in standing.untouched} == {"api", "livekit"}
    restart(standing.untouched)
    assert {name for name, begun_ in deployments(founded).items() if begun_ != before[name]} == {"api", "livekit"}


def test_a_node_that_still_takes_the_retired_key_holds_the_next_rotation_back(founded: Assembly) -> None:
    """The old key opens nothing only when whoever read it has been restarted."""
    run_services(founded)
    begun(seconds_ago=60)
    boto3.client("secretsmanager").put_secret_value(SecretId=LIVEKIT, SecretString=json.dumps({FIRST_KEY: MADE}))

    assert standing_of(founded).step is Step.FORGET
    restart(standing_of(founded).untouched)
    assert standing_of(founded).step is Step.ADD


def test_clients_change_only_when_every_node_knows_the_new_key(founded: Assembly) -> None:
    """A node that lets its calls finish still has the old keys only."""
    run_services(founded)
    add(founded, now=NOW)
    boto3.client("secretsmanager").put_secret_value(SecretId=LIVEKIT, SecretString=json.dumps(keys()))
    later = Standing(
        keys=(FIRST_KEY, NEW_KEY), signing=FIRST_KEY, not_told=tuple(readers(founded)), signing_with_old=()
    )

    assert later.step is Step.SPREAD


def test_a_key_that_a_running_task_signs_with_stays(founded: Assembly) -> None:
    """One service alone holds it back, and is named."""
    run_services(founded, key=NEW_KEY)
    boto3.client("secretsmanager").put_secret_value(
        SecretId=LIVEKIT, SecretString=json.dumps({FIRST_KEY: MADE, NEW_KEY: MADE})
    )
    client = boto3.client("ecs")
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:voiceplane/prod/livekit-AbCdEf"
    old = client.register_task_definition(
        family="agent",
        containerDefinitions=[
            {
                "name": "agent",
                "image": "i",
                "memory": 128,
                "secrets": [{"name": "LIVEKIT_API_SECRET", "valueFrom": f"{arn}:{FIRST_KEY}::"}],
            }
        ],
    )["taskDefinition"]["taskDefinitionArn"]
    deploy("voiceplane-prod-agents", "agent", old)

    standing = standing_of(signing_with(NEW_KEY, founded))

    assert standing.step is Step.HAND_OVER
    assert [each.name for each in standing.signing_with_old] == ["agent"]


def test_a_second_rotation_does_not_lengthen_the_name(founded: Assembly) -> None:
    """`media.livekit.key_id` takes 64 characters."""
    run_services(founded)
    boto3.client("secretsmanager").put_secret_value(SecretId=LIVEKIT, SecretString=json.dumps({NEW_KEY: MADE}))

    assert add(founded, now=NOW + timedelta(days=90)) == f"{FIRST_KEY}-20270219120000"


@pytest.mark.parametrize(
    ("there", "signing", "said"),
    [
        ((NEW_KEY,), FIRST_KEY, "set media.livekit.key_id to one of these"),
        ((FIRST_KEY, NEW_KEY, "third"), FIRST_KEY, "take out those that nobody signs with"),
    ],
)
def test_where_no_step_leads_on_it_says_what_to_do(there: tuple[str, ...], signing: str, said: str) -> None:
    """Somebody has edited the secret by hand."""
    with pytest.raises(RotationRefused, match=said):
        _ = Standing(keys=there, signing=signing, not_told=(), signing_with_old=()).step


def test_before_anything_runs_there_is_nothing_to_rotate(founded: Assembly) -> None:
    """Nobody has signed with the key yet."""
    with pytest.raises(RotationRefused, match="does not run in voiceplane-prod-media; deploy it first"):
        standing_of(founded)


def test_a_secret_without_keys_is_refused(founded: Assembly) -> None:
    """There would be nothing to go on from."""
    boto3.client("secretsmanager").put_secret_value(SecretId=LIVEKIT, SecretString="mended by hand")

    with pytest.raises(RotationRefused, match="has no keys"):
        standing_of(founded)


def test_the_environment_file_says_which_key_clients_sign_with(
    syntheses: Syntheses, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is generated keeps its field: another would make its value anew."""
    file = write(
        tmp_path_factory.mktemp("rotated"), voice_toml('media.livekit.key_id = "voice-next"'), name="rotated.toml"
    )

    assembly = syntheses.reviewed(str(file)).assembly

    templates = json.dumps([each.template for each in assembly.stacks])
    assert ":voice-next::" in templates
    assert '"GenerateStringKey": "voiceplane-rotated-key"' in templates
    assert '"LIVEKIT_API_KEY", "Value": "voice-next"' in templates


@contextmanager
def throttled(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """ECS takes no changes of services."""
    asked = BaseClient._make_api_call

    def answer(client: Any, operation: str, parameters: Any) -> Any:
        if operation == "UpdateService":
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, operation)
        return asked(client, operation, parameters)

    with monkeypatch.context() as while_it_is:
        while_it_is.setattr(BaseClient, "_make_api_call", answer)
        yield


def begun(*, seconds_ago: int) -> None:
    """Let every deployment have begun earlier: moto's secrets change in whole seconds."""
    for service in ecs_backends[MOTO]["us-east-1"].services.values():
        for deployment in service.deployments:
            began = deployment["createdAt"]
            assert isinstance(began, datetime)
            deployment["createdAt"] = began - timedelta(seconds=seconds_ago)


def deployments(assembly: Assembly) -> dict[str, str]:
    """The present deployment of each service."""
    client = boto3.client("ecs")
    found = {}
    for stack, service in assembly.of_type("AWS::ECS::Service"):
        cluster = stack.properties_of(service.properties["Cluster"])["ClusterName"]
        name = service.properties["ServiceName"]
        [described] = client.describe_services(cluster=cluster, services=[name])["services"]
        found[name] = described["deployments"][0]["id"]
    return found
