"""README.md and docs/first-deploy.md keep their word: what they tell people to type works as it stands there.

What needs no AWS account runs in a clean clone, synth in `test_clean_clone.py`; what needs one is held against the
options that its program has.
"""

import re
import shlex
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import jmespath
import pytest
import typer.main
from botocore import xform_name
from botocore.session import Session
from jmespath.exceptions import JMESPathError

from config.load import load
from tests.commands.clone import CDK, ROOT, Clone
from tests.commands.conftest import Documented
from tests.commands.markdown import blocks, commands, commands_in_sentences
from tests.commands.test_clean_clone import SYNTHS
from voicectl.command_line import app

PAGES = ("README.md", "docs/first-deploy.md")
RUN_HERE = (
    "git clone https://github.com/example/voiceplane && cd voiceplane",
    "pip install -r requirements.txt",
    "npm ci",
)
NEED_AWS = (
    "make deploy ENV=prod STEP=foundations",
    "make deploy ENV=prod",
    "make bootstrap ENV=prod",
    "aws route53 list-hosted-zones-by-name --dns-name voice.example.com --query 'HostedZones[0].Id' --output text",
    "aws route53 get-hosted-zone --id THE_ID --query DelegationSet.NameServers",
    "aws secretsmanager put-secret-value --secret-id voiceplane/prod/providers --secret-string file://providers.json",
)
RUN_BY_FLOWS = ('.venv/bin/voicectl call --say "How would you use it?"',)  # tests/flows/test_readme_call.py
REVIEW = ".venv/bin/voicectl review --env prod --against dev --html review.html"
IS_THE_FLOWS = ("make up",)  # what they run on
RUN_BEFORE_THESE_TESTS = ("make check",)  # by `make test`, whose first half it is
AWS_OPTIONS = {"--query", "--output", "--region"}


class OptionUnknown(Exception):
    """A program has no such command or option; nothing catches it."""


def text_of(page: str) -> str:
    """A page as people read it."""
    return (ROOT / page).read_text()


def test_every_command_of_the_documentation_is_tested_here() -> None:
    """A command that nobody has typed is one that does not work."""
    documented = {line for page in PAGES for line in commands(text_of(page))}

    assert documented == {
        *(*RUN_HERE, *SYNTHS, *NEED_AWS),
        *(*RUN_BY_FLOWS, *IS_THE_FLOWS, *RUN_BEFORE_THESE_TESTS, REVIEW),
    }


@pytest.mark.parametrize("line", RUN_HERE)
def test_a_command_without_aws_works(line: str, documented: Documented) -> None:
    """In the order and with the words of the page."""
    ended = documented(line)

    assert ended.code == 0, ended.said


def test_the_review_of_the_readme_is_one_file(tmp_path: Path) -> None:
    """By this copy's own command: a clone of the tests does not borrow it."""
    words = shlex.split(REVIEW.replace("review.html", str(tmp_path / "review.html")))

    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (tmp_path / "review.html").read_text().startswith("<!doctype html>")


@pytest.mark.parametrize("line", [*NEED_AWS, *RUN_BY_FLOWS, *IS_THE_FLOWS, *RUN_BEFORE_THESE_TESTS])
def test_a_command_with_aws_has_the_words_of_its_program(line: str, clone: Clone) -> None:
    """A misspelt option is noticed here, and not in the middle of a deployment."""
    parse(line, clone)


def test_commands_within_sentences_have_the_words_of_their_program(clone: Clone) -> None:
    """People type those too."""
    lines = [line for page in PAGES for line in commands_in_sentences(text_of(page), "make", "npx", "aws")]

    for line in lines:
        parse(line, clone)

    assert len(lines) >= 8


@pytest.mark.parametrize(
    "line",
    [
        "make deplyo ENV=prod",
        "make deploy ENV=prod STEP=basement",
        "npx cdk bootstrp aws://ACCOUNT/us-east-1",
        "npx cdk deploy --forse STACK",
        "npx cdk diff -e environment=prod --wrong",
        "aws route53 get-hosted-zones --id THE_ID",
        "aws route53 get-hosted-zone --zone THE_ID",
        "aws route53 get-hosted-zone --id THE_ID --query 'A['",
        "aws secretsmanager put-secret-value --secret-string x",
    ],
)
def test_a_misspelt_command_is_found(line: str, clone: Clone) -> None:
    """The tests above say nothing if they cannot fail."""
    with pytest.raises((OptionUnknown, typer.BadParameter, JMESPathError)):
        parse(line, clone)


def test_the_example_file_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is what people begin with."""
    (tmp_path / "demo.toml").write_text(blocks(text_of("README.md"), "toml")[0])
    monkeypatch.chdir(tmp_path)

    environment = load("demo.toml")

    assert environment.domain.name == "voice.example.com"


def test_the_example_of_a_mistake_is_what_make_prints(clone: Clone) -> None:
    """The message promises more than any sentence about it."""
    shown = blocks(text_of("README.md"), "text")[0]
    path, key, value = re.findall(r"^(\S+): (\S+) is (\S+);", shown)[0]
    example = f"{key} = {value}\n{blocks(text_of('README.md'), 'toml')[0]}"
    (clone.folder / path).write_text(example)

    ended = clone.run("make", "synth", f"ENV={path}")
    (clone.folder / path).unlink()

    assert ended.err.startswith(shown)


def parse(line: str, clone: Clone) -> None:
    """Hold a command against what its program knows; raises when it does not know it."""
    program, *words = shlex.split(line)
    parsers: dict[str, Callable[[list[str], Clone], None]] = {
        "make": _make,
        "npx": _cdk,
        "aws": _aws,
        ".venv/bin/voicectl": _voicectl,
    }
    parsers[program](words, clone)


def _make(words: list[str], clone: Clone) -> None:
    """Let make say what it would run; if that is ours, and somebody named an environment, parse it too."""
    ended = clone.run("make", "--dry-run", *words)
    if ended.code:
        raise OptionUnknown(ended.err)
    ours = [line.partition("-m voicectl ")[2] for line in ended.out.splitlines() if "-m voicectl deploy" in line]
    for line in ours if any(word.startswith("ENV=") for word in words) else ():
        command, *arguments = shlex.split(line)
        group = typer.main.get_group(app)
        group.commands[command].make_context(command, arguments)


def _voicectl(words: list[str], _: Clone) -> None:
    """Let the command read its options."""
    command, *arguments = words
    typer.main.get_group(app).commands[command].make_context(command, arguments)


def _cdk(words: list[str], clone: Clone) -> None:
    """Look options up in the pinned CLI's own help: it ignores those that it does not know."""
    assert words[0] == "cdk"
    help_ = _cdk_help(clone, words[1])
    known = set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", help_))
    unknown = [word for word in words[2:] if word.startswith("-") and word not in known]
    if not help_.startswith(f"cdk {words[1]}") or unknown:
        raise OptionUnknown(f"cdk {words[1]} {unknown}")


@cache
def _cdk_help(clone: Clone, command: str) -> str:
    return clone.run(*CDK, command, "--help").out.lstrip()


def _aws(words: list[str], _: Clone) -> None:
    """Look the options up where the AWS CLI takes them from: the descriptions of AWS's interfaces."""
    service, command, *rest = words
    model = Session().get_service_model(service)
    names = {_dashed(name): name for name in model.operation_names}
    if command not in names:
        raise OptionUnknown(f"aws {service} {command}")
    operation = model.operation_model(names[command])
    members = {f"--{_dashed(name)}" for name in operation.input_shape.members}
    required = {f"--{_dashed(name)}" for name in operation.input_shape.required_members}
    options = dict(zip(rest[::2], rest[1::2], strict=True))
    if not required <= options.keys() or not options.keys() <= members | AWS_OPTIONS:
        raise OptionUnknown(f"aws {service} {command} {sorted(options)}")
    jmespath.compile(options.get("--query", "@"))


def _dashed(name: str) -> str:
    return str(xform_name(name, "-"))
