"""No reviewer finds anything in any shipped environment – and there is something to review."""

from cfnlint.api import lint_by_config
from cfnlint.config import ManualArgs

from tests.synthesis import Synthesis
from voice_constructs.platform_app import findings

STACKS = ("agents", "control-plane", "data", "delivery", "frontend", "media", "network", "operations")
LEAST_RESOURCES = 300


def test_nothing_is_found_by_cdk_nag_by_cdk_or_by_our_rules(synthesis: Synthesis) -> None:
    """Warnings count: each is mended, or acknowledged with its reason."""
    assert synthesis.refusal == ""
    assert findings(synthesis.folder) == []


def test_cdk_nag_has_looked(synthesis: Synthesis) -> None:
    """A pack that is not registered finds nothing either; what is acknowledged shows that this one was."""
    packs = {plugin["pluginName"]: plugin["suppressedViolations"] for plugin in synthesis.report["pluginReports"]}

    assert len(packs["AwsSolutions"]) > 50


def test_nothing_is_found_by_cfn_lint(synthesis: Synthesis) -> None:
    """The deepest of the schemas: it knows which values AWS takes, and which it is about to refuse."""
    assert lint(synthesis) == []


def test_an_environment_is_not_empty(synthesis: Synthesis) -> None:
    """An empty template is clean: a stack that lost its contents would pass every other test."""
    names = {
        stack.name.removeprefix(f"voiceplane-{synthesis.environment.name}-") for stack in synthesis.assembly.stacks
    }

    assert names == set(STACKS)
    assert synthesis.assembly.resource_count >= LEAST_RESOURCES
    assert [stack.name for stack in synthesis.assembly.stacks if not stack.template.get("Resources")] == []


def lint(synthesis: Synthesis, *, but: tuple[str, ...] = ()) -> list[str]:
    """Run cfn-lint over all templates of an environment, in the region of each.

    Args:
        but: Rules to leave out.
    """
    found = []
    for region in {stack.region for stack in synthesis.assembly.stacks}:
        files = [
            str(synthesis.folder / f"{stack.name}.template.json")
            for stack in synthesis.assembly.stacks
            if stack.region == region
        ]
        found += [
            str(match)
            for match in lint_by_config(ManualArgs(templates=files, regions=[region], ignore_checks=list(but)))
        ]
    return found
