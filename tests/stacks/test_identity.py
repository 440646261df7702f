"""What cannot be made again keeps its identity: a renamed construct is a new database, and the old one is lost."""

from collections.abc import Iterator

import pytest

from tests.synthesis import Syntheses, Synthesis
from voicectl.review.templates import Assembly

IRREPLACEABLE = {
    "data": {
        "BrokerValkeyGroupE4BEE6AD": "AWS::ElastiCache::ReplicationGroup",
        "BucketsArtefacts8FA1FB42": "AWS::S3::Bucket",
        "BucketsRecordings88502CEC": "AWS::S3::Bucket",
        "DatabasePrimaryEDE0B3D0": "AWS::RDS::DBInstance",
        "Key961B73FD": "AWS::KMS::Key",
        "LiveValkeyGroup6C343899": "AWS::ElastiCache::ReplicationGroup",
        "SecretsApiKey92A01E51": "AWS::SecretsManager::Secret",
        "SecretsBrokerValkey4ECEA7FE": "AWS::SecretsManager::Secret",
        "SecretsCallbacksB145D0F6": "AWS::SecretsManager::Secret",
        "SecretsDatabasePool8A36E1E9": "AWS::SecretsManager::Secret",
        "SecretsDjango4BDC1950": "AWS::SecretsManager::Secret",
        "SecretsGithub1E44D03F": "AWS::SecretsManager::Secret",
        "SecretsLiveValkeyDB6BF634": "AWS::SecretsManager::Secret",
        "SecretsLivekitD28BD2F6": "AWS::SecretsManager::Secret",
        "SecretsObservabilityE42785FE": "AWS::SecretsManager::Secret",
        "SecretsOverflow8B75DE2F": "AWS::SecretsManager::Secret",
        "SecretsProvidersA692F24A": "AWS::SecretsManager::Secret",
    },
    "delivery": {
        "ImagesagentADC6B93B": "AWS::ECR::Repository",
        "Imagescontrolplane69F14294": "AWS::ECR::Repository",
        "Imagesegress8BC1E994": "AWS::ECR::Repository",
        "ImagesgatewayBC07E1F8": "AWS::ECR::Repository",
        "ImagesguardianC65CD999": "AWS::ECR::Repository",
        "Imageslivekit75752909": "AWS::ECR::Repository",
        "ImagespgbouncerB9999F49": "AWS::ECR::Repository",
    },
    "frontend": {"ConsoleApp3D9F8332": "AWS::Amplify::App"},
    "media": {  # callers' firewalls allow these addresses by number
        "TurnAddress1FA25B311": "AWS::EC2::EIP",
        "TurnAddress2298BF4B8": "AWS::EC2::EIP",
    },
    "network": {
        "DomainZone2BCE4F0C": "AWS::Route53::HostedZone",  # its name servers stand at the registrar
        "NetworkAccessLogs2AF01A61": "AWS::S3::Bucket",
        "NetworkVpc7FB7348F": "AWS::EC2::VPC",
    },
    "operations": {"PeopleKey3360A515": "AWS::KMS::Key"},
}
KEPT = {  # when it is removed from its stack, or replaced, in production
    "AWS::ECR::Repository",
    "AWS::KMS::Key",
    "AWS::RDS::DBInstance",
    "AWS::Route53::HostedZone",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
}
TYPES = {type_ for resources in IRREPLACEABLE.values() for type_ in resources.values()}


def test_irreplaceable_resources_keep_their_logical_ids(prod: Synthesis) -> None:
    """A logical id here may only change together with a plan that moves the data."""
    found: dict[str, dict[str, str]] = {}
    for stack, logical_id, type_ in _irreplaceable(prod.assembly):
        if "publicSubnet" not in logical_id:  # NAT gateways' addresses
            found.setdefault(stack.removeprefix("voiceplane-prod-"), {})[logical_id] = type_

    assert found == IRREPLACEABLE


@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_logical_ids_are_the_same_in_every_environment(environment: str, syntheses: Syntheses) -> None:
    """What was rehearsed in staging must be what happens in production."""
    assembly = syntheses.reviewed(environment).assembly
    shared = {
        (stack.removeprefix(f"voiceplane-{environment}-"), logical_id)
        for stack, logical_id, _ in _irreplaceable(assembly)
        if "publicSubnet" not in logical_id
    }

    assert shared == {(stack, logical_id) for stack, resources in IRREPLACEABLE.items() for logical_id in resources}


def test_production_keeps_what_is_removed_from_its_stack(prod: Synthesis) -> None:
    """A deleted stack, or a slip in one, must not take recordings, records and keys with it."""
    lost = [
        f"{stack.name}/{logical_id}"
        for stack in prod.assembly.stacks
        for logical_id, resource in stack.template["Resources"].items()
        if resource["Type"] in KEPT
        and {resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")} != {"Retain"}
    ]

    assert lost == []


def test_production_stacks_refuse_to_be_deleted(prod: Synthesis) -> None:
    """One wrong `cdk destroy` must not end every call."""
    protected = {
        artifact["properties"].get("terminationProtection", False)
        for artifact in prod.manifest["artifacts"].values()
        if artifact["type"] == "aws:cloudformation:stack"
    }

    assert protected == {True}


def _irreplaceable(assembly: Assembly) -> Iterator[tuple[str, str, str]]:
    for stack in assembly.stacks:
        for logical_id, resource in stack.template["Resources"].items():
            if resource["Type"] in TYPES:
                yield stack.name, logical_id, resource["Type"]
