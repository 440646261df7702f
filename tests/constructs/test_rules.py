"""Each of our own rules fires on a template that breaks it, and only then; a finding fails the synth."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import aws_cdk as cdk
import pytest

from tests.constructs.rule_cases import CASES, Case
from voice_constructs.platform_app import RULES, PlatformApp


class Fired(NamedTuple):
    """What our own rules said of every case.

    Attributes:
        rules: Those that fired, by the stack that they fired in.
        severities: Of all findings.
    """

    rules: dict[str, set[str]]
    severities: set[str]


@pytest.fixture(scope="module")
def fired(tmp_path_factory: pytest.TempPathFactory) -> Fired:
    """What fires on every case, each in a stack of its own."""
    folder = tmp_path_factory.mktemp("cases")
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        _synthesize(CASES, folder)
    return _fired(folder)


@pytest.mark.parametrize("case", [case for case in CASES if case.breaks], ids=lambda case: case.name)
def test_a_rule_fires_on_what_breaks_it(fired: Fired, case: Case) -> None:
    """However the template says it."""
    assert fired.rules.get(case.name, set()) == {case.rule}


@pytest.mark.parametrize("case", [case for case in CASES if not case.breaks], ids=lambda case: case.name)
def test_a_rule_is_silent_on_what_keeps_it(fired: Fired, case: Case) -> None:
    """A rule that cries wolf is acknowledged away, and then it is nothing."""
    assert case.rule not in fired.rules.get(case.name, set())


def test_every_finding_of_a_rule_is_an_error(fired: Fired) -> None:
    """CDK lets warnings pass; any error on its own stops `cdk synth`, so nothing that breaks a rule is deployed."""
    assert fired.severities == {"error"}


def test_every_rule_file_has_cases() -> None:
    """A rule without a case may never fire."""
    ids = {line.split('"')[1] for rule in RULES.glob("*.rego") for line in rule.read_text().splitlines() if _id(line)}

    assert ids == {case.rule for case in CASES if case.breaks} == {case.rule for case in CASES if not case.breaks}


def _id(line: str) -> bool:
    return '"VOICE-' in line


def _synthesize(cases: Iterable[Case], folder: Path) -> None:
    app = PlatformApp(outdir=str(folder))
    for case in cases:
        stack = cdk.Stack(app, case.name)
        for id_, (type_, properties) in case.resources.items():
            cdk.CfnResource(stack, id_, type=type_, properties=properties)
    app.synth()


def _fired(folder: Path) -> Fired:
    report = json.loads((folder / "validation-report.json").read_text())
    fired = Fired({}, set())
    for plugin in report["pluginReports"]:
        for violation in plugin["violations"]:
            if violation["ruleName"].startswith("VOICE-"):
                fired.severities.add(violation["severity"])
                for construct in violation["violatingConstructs"]:
                    stack = construct["constructPath"].split("/")[0]
                    fired.rules.setdefault(stack, set()).add(violation["ruleName"])
    return fired
