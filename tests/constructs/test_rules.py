"""Each of our own rules fires on a template that breaks it, and only then; a finding fails the synth."""

import json
from collections.abc import Iterable
from pathlib import Path

import aws_cdk as cdk
import pytest

from tests.constructs.rule_cases import CASES, Case
from voice_constructs.platform_app import RULES, PlatformApp

Fired = dict[str, set[str]]  # stack → our own rules that fired in it


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
    assert fired.get(case.name, set()) == {case.rule}


@pytest.mark.parametrize("case", [case for case in CASES if not case.breaks], ids=lambda case: case.name)
def test_a_rule_is_silent_on_what_keeps_it(fired: Fired, case: Case) -> None:
    """A rule that cries wolf is acknowledged away, and then it is nothing."""
    assert case.rule not in fired.get(case.name, set())


@pytest.mark.parametrize("rule", [f"VOICE-00{number}" for number in range(1, 7)])
def test_a_finding_of_a_rule_fails_the_synth(tmp_path: Path, rule: str) -> None:
    """Each of the six on its own stops `cdk synth`, so nothing that breaks it can be deployed."""
    breaking = next(case for case in CASES if case.rule == rule and case.breaks)

    with pytest.raises(RuntimeError, match="ValidationFailed"):
        _synthesize([breaking], tmp_path)

    assert rule in _fired(tmp_path)[breaking.name]


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
    fired: Fired = {}
    for plugin in report["pluginReports"]:
        for violation in plugin["violations"]:
            if violation["ruleName"].startswith("VOICE-"):
                for construct in violation["violatingConstructs"]:
                    fired.setdefault(construct["constructPath"].split("/")[0], set()).add(violation["ruleName"])
    return fired
