"""Dangers that hide behind a value are named too: a parameter's default, a list of ranges, a lifecycle, a size."""

from pathlib import Path
from typing import Any, Final

import pytest

from tests.synthesis import Synthesis
from tests.voicectl.review.edited import Edit, Template, edited, only
from voicectl.review.change.compare import differences_of
from voicectl.review.change.weakenings import weakenings_of
from voicectl.review.templates import read_assembly

BUCKET, DATABASE, GROUP = "AWS::S3::Bucket", "AWS::RDS::DBInstance", "AWS::EC2::SecurityGroup"
POLICY, TASK = "AWS::IAM::Policy", "AWS::ECS::TaskDefinition"


def let_in(source: dict[str, Any], *, parameters: dict[str, Any]) -> Edit:
    """SSH, for whoever the source means."""

    def edit(template: Template) -> None:
        template.setdefault("Parameters", {}).update(parameters)
        rule = {**source, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
        only(template, GROUP, like="NodesAccess")["Properties"]["SecurityGroupIngress"].append(rule)

    return edit


def put(type_: str, name: str, value: Any, *, like: str = "") -> Edit:
    """Set one property."""

    def edit(template: Template) -> None:
        only(template, type_, like=like)["Properties"][name] = value

    return edit


def expire(template: Template) -> None:
    """Yesterday's recordings are gone."""
    [rule] = only(template, BUCKET, like="Recordings")["Properties"]["LifecycleConfiguration"]["Rules"]
    rule["ExpirationInDays"] = 1


def allow_all_but(template: Template) -> None:
    """Everything that is not named."""
    statements = only(template, POLICY, like="TaskTaskRoleDefaultPolicy")["Properties"]["PolicyDocument"]["Statement"]
    statements.append({"Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:aws:s3:::one"})


ANYWHERE: Final = {"From": {"Type": "String", "Default": "0.0.0.0/0"}}
UNKNOWN: Final = {"From": {"Type": "String"}}
BY_PARAMETER: Final = {"CidrIp": {"Ref": "From"}}
HIDDEN: Final = (
    ("media", let_in(BY_PARAMETER, parameters=ANYWHERE), "opened to the world", "tcp 22"),
    ("media", let_in(BY_PARAMETER, parameters=UNKNOWN), "opened to the world", "tcp 22"),
    ("media", let_in({"SourcePrefixListId": "pl-1"}, parameters={}), "opened to the world", "tcp 22"),
    ("data", expire, "deleted earlier", "objects 365 → objects 1"),
    ("data", put(DATABASE, "DBInstanceClass", "db.t4g.micro"), "database class lowered", "db.m7g.large → db.t4g.micro"),
    ("data", put(DATABASE, "DBInstanceClass", "db.t4g.large"), "database class lowered", "db.m7g.large → db.t4g.large"),
    ("agents", put(TASK, "Cpu", "256"), "task made smaller", "2048 → 256"),
    ("agents", allow_all_but, "wildcard action added", "* but not iam:* on arn:aws:s3:::one"),
)
NAMES: Final = (
    "parameter",
    "parameter without a default",
    "prefix list",
    "recordings expire",
    "smaller class",
    "burstable class",
    "smaller task",
    "all but",
)


@pytest.mark.xdist_group("prod")
@pytest.mark.parametrize(("stack", "edit", "what", "change"), HIDDEN, ids=NAMES)
def test_a_danger_behind_a_value_is_named(
    stack: str, edit: Edit, what: str, change: str, prod: Synthesis, tmp_path: Path
) -> None:
    """Whoever wants to hide it would write it so; whoever does not, too."""
    changed = read_assembly(edited(prod.folder, into=tmp_path, stack=stack, edit=edit))

    found = weakenings_of(changed, prod.assembly, differences=differences_of(changed, prod.assembly))

    assert [(each.what, each.change) for each in found] == [(what, change)]


@pytest.mark.xdist_group("prod")
def test_a_larger_class_is_no_weakening(prod: Synthesis, tmp_path: Path) -> None:
    """Two sizes up from large is 2xlarge, however the names sort."""
    larger = put(DATABASE, "DBInstanceClass", "db.m7g.2xlarge")
    changed = read_assembly(edited(prod.folder, into=tmp_path, stack="data", edit=larger))

    assert weakenings_of(changed, prod.assembly, differences=differences_of(changed, prod.assembly)) == []
