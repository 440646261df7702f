"""docs/delivery.md keeps its word: what it tells people to type exists."""

import re
import shlex

import typer
import typer.main
from botocore import xform_name
from botocore.session import Session

from config.load import load
from tests.commands.markdown import commands
from tests.delivery.workflow import ROOT, workflow
from voicectl.command_line import app

PAGE = (ROOT / "docs" / "delivery.md").read_text()


def test_voicectls_commands_are_its_own() -> None:
    """Whoever goes back at night copies them."""
    lines = [line for line in commands(PAGE) if line.startswith("voicectl ")]

    for line in lines:
        _, name, *rest = shlex.split(line)
        typer.main.get_group(app).commands[name].make_context(name, rest)
    assert len(lines) == 3


def test_the_role_is_where_the_page_looks_for_it() -> None:
    """The delivery stack's one output."""
    [line] = [line for line in commands(PAGE) if "aws cloudformation" in line]
    [command] = re.findall(r"\$\((aws .*?)\)\"", line)
    _, service, operation, *options = shlex.split(command)

    names = {xform_name(name, "-") for name in Session().get_service_model(service).operation_names}
    assert operation in names
    assert options == [
        *("--stack-name", f"voiceplane-{load('staging').name}-delivery"),
        *("--query", "Stacks[0].Outputs[0].OutputValue", "--output", "text"),
    ]


def test_the_variables_that_are_set_are_those_that_are_read() -> None:
    """One that is not set is an empty string, and an error about something else."""
    set_ = set(re.findall(r"gh variable set (\w+)", PAGE))
    read = {
        name
        for each in ("images.yml", "release.yml", "rollback.yml")
        for name in re.findall(r"vars\.(\w+)", str(workflow(each)))
    }

    assert set_ == read == {"AWS_REGION", "DEPLOY_ROLE_ARN"}
