"""Two sides are compared by what they are, not by what they are called; replacement is CloudFormation's word."""

from pathlib import Path
from typing import Any

import pytest

from config.load import load
from tests.synthesis import Syntheses, Synthesis
from tests.voicectl.review.edited import edited, only
from tests.voicectl.review.small import assembly_of
from voicectl.review.change.compare import Kind, differences_of
from voicectl.review.change.consequences import Harm, consequence_of
from voicectl.review.change.schemas import mutability
from voicectl.review.change.weakenings import weakenings_of
from voicectl.review.templates import read_assembly

QUEUE, POLICY = "AWS::SQS::Queue", "AWS::SQS::QueuePolicy"


def group(name: str, **more: Any) -> dict[str, Any]:
    """A log group."""
    return {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}, **more}


@pytest.fixture(scope="session")
def twin(syntheses: Syntheses, tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    """Production again under another name, in another domain and region."""
    file = tmp_path_factory.mktemp("twin") / "twin.toml"
    text = Path("config/environments/prod.toml").read_text()
    text = text.replace('"voice.example.com"', '"twin.voice.example.com"').replace('"us-east-1"', '"eu-west-1"')
    file.write_text(text)
    return syntheses.unreviewed("twin", lambda: load(str(file)))


@pytest.mark.xdist_group("prod")
def test_environments_that_differ_by_name_and_place_only_do_not_differ(prod: Synthesis, twin: Synthesis) -> None:
    """Else prod against staging would be a list of names."""
    found = differences_of(prod.assembly, twin.assembly)

    assert twin.assembly.environment == "twin"
    assert [each.resource.construct for each in found] == ["Network/AccessLogs/Policy"]  # AWS's log writer of a region
    assert weakenings_of(prod.assembly, twin.assembly, differences=[]) == []


@pytest.mark.xdist_group("prod")
def test_production_against_dev_shows_what_was_decided(syntheses: Syntheses, prod: Synthesis) -> None:
    """Sizes, retention, a second NAT gateway, no Flower; and nothing is told as lost."""
    dev = syntheses.reviewed("dev")

    found = differences_of(prod.assembly, dev.assembly)

    weaker = weakenings_of(prod.assembly, dev.assembly, differences=found)
    kinds = {(each.kind, each.resource.type) for each in found}
    assert (Kind.ADDED, "AWS::EC2::NatGateway") in kinds
    assert (Kind.REMOVED, "AWS::ECS::Service") in kinds
    assert (Kind.ADDED, "AWS::EC2::SecurityGroupIngress") not in kinds
    changed = {name for each in found if each.resource.type == "AWS::RDS::DBInstance" for name in each.properties}
    assert {"DBInstanceClass", "MultiAZ", "DeletionProtection"} <= changed
    assert weaker == []  # production is nowhere weaker than dev


def test_a_property_that_is_fixed_at_creation_replaces() -> None:
    """By the schema that CloudFormation itself publishes."""
    [difference] = differences_of(assembly_of({"Log": group("b")}), assembly_of({"Log": group("a")}))

    assert difference.kind is Kind.REPLACED
    assert difference.because == ("LogGroupName: a → b",)
    assert consequence_of(difference).harm is Harm.DATA


def test_any_other_property_changes_in_place() -> None:
    """Retention is no new log group."""
    longer = {"Log": group("a")}
    longer["Log"]["Properties"]["RetentionInDays"] = 90

    [difference] = differences_of(assembly_of(longer), assembly_of({"Log": group("a")}))

    assert (difference.kind, difference.properties) == (Kind.CHANGED, ("RetentionInDays",))


def test_what_names_a_replaced_resource_for_good_is_replaced_too() -> None:
    """A service goes with its cluster, though nothing in it has changed."""

    def templates(name: str) -> dict[str, Any]:
        return {
            "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": name}},
            "Agent": {
                "Type": "AWS::ECS::Service",
                "Properties": {"ServiceName": "agent", "Cluster": {"Ref": "Cluster"}},
            },
        }

    found = differences_of(assembly_of(templates("b")), assembly_of(templates("a")))

    told = {each.resource.logical_id: (each.kind, each.because) for each in found}
    assert told["Agent"] == (Kind.REPLACED, ("Cluster is replaced",))
    assert consequence_of(next(each for each in found if each.resource.logical_id == "Agent")).harm is Harm.CALLS


def test_a_new_logical_id_is_a_new_resource() -> None:
    """CloudFormation knows resources by nothing else; the only one of its type in a stack is the same thing."""
    [difference] = differences_of(assembly_of({"New": group("a")}), assembly_of({"Old": group("a")}))

    assert (difference.kind, difference.because) == (Kind.REPLACED, ("its logical id: Old → New",))


def test_two_that_go_and_two_that_come_are_not_guessed_at() -> None:
    """Which would be which?"""
    found = differences_of(
        assembly_of({"C": group("c"), "D": group("d")}), assembly_of({"A": group("a"), "B": group("b")})
    )

    assert sorted(each.kind for each in found) == ["added", "added", "removed", "removed"]


def test_what_is_retained_is_told_to_stay() -> None:
    """Nobody looks for what nobody says is still there."""
    [kept] = differences_of(assembly_of({}), assembly_of({"Log": group("a", DeletionPolicy="Retain")}))
    [gone] = differences_of(assembly_of({}), assembly_of({"Log": group("a")}))

    assert kept.is_kept
    assert not gone.is_kept


def test_a_new_task_definition_is_no_loss() -> None:
    """Every deployment makes one."""

    def task(image: str) -> dict[str, Any]:
        containers = [{"Name": "agent", "Image": image}]
        return {"Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": containers}}}

    [difference] = differences_of(assembly_of(task("b")), assembly_of(task("a")))

    assert difference.kind is Kind.REPLACED
    assert consequence_of(difference).harm is Harm.NONE


def test_a_type_without_schema_is_not_called_replaced() -> None:
    """Somebody's private type decides by itself; guessing would be a false alarm at every change."""
    assert mutability("Example::Private::Type", "us-east-1").create_only == ()


@pytest.mark.parametrize("type_", ["AWS::RDS::DBInstance", "AWS::S3::Bucket", "AWS::ElastiCache::ReplicationGroup"])
def test_the_schemas_of_what_holds_data_are_there(type_: str) -> None:
    """Without createOnlyProperties everything would seem to change in place."""
    assert mutability(type_, "us-east-1").create_only


@pytest.mark.xdist_group("prod")
def test_what_gets_safer_is_no_weakening(prod: Synthesis, tmp_path: Path) -> None:
    """The same change backwards: more backup days, protection on."""

    def weaken(template: dict[str, Any]) -> None:
        only(template, "AWS::RDS::DBInstance")["Properties"].update(BackupRetentionPeriod=1, DeletionProtection=False)

    weak = read_assembly(edited(prod.folder, into=tmp_path / "weak", stack="data", edit=weaken))

    found = differences_of(prod.assembly, weak)

    assert weakenings_of(prod.assembly, weak, differences=found) == []
    assert len(weakenings_of(weak, prod.assembly, differences=differences_of(weak, prod.assembly))) == 2
