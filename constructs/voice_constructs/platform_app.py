"""The CDK app: offline, pure, and reviewed at every synth."""

import json
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import aws_cdk as cdk
import cdk_nag

from config.errors import ConfigError
from config.load import load_or_exit
from config.schema import Environment
from config.toml_file import find, shown_path
from voice_constructs.scaling.errors import ScalingError

ROOT = Path(__file__).parents[2]
RULES = Path(__file__).parent / "rules"


class PlatformApp(cdk.App):
    """An app whose synth fails on any finding: CloudFormation's, AwsSolutions', ours."""

    def __init__(self, *, outdir: str | None = None, reviewed: bool = True) -> None:
        """Start an app.

        Args:
            outdir: Where templates land; the CLI's choice, else `cdk.out`.
            reviewed: False leaves the findings to another run: tests synthesize each environment once for its
                templates and once for its findings.
        """
        super().__init__(
            outdir=outdir or os.environ.get("CDK_OUTDIR", "cdk.out"),
            context=_feature_flags(),
            analytics_reporting=False,
            builtin_cloud_formation_validation=reviewed,
        )
        if reviewed:
            self._review()

    @classmethod
    def synthesize(cls, define: Callable[["PlatformApp", Environment], None]) -> None:
        """Synthesize the environment that was asked for, or print one message and exit.

        The code is 2 when the environment file is wrong, and 1 when the reviewers found anything: CDK itself
        lets warnings of its template validation pass.

        Args:
            define: Defines the stacks of an environment.
        """
        name_or_path = requested_environment()
        environment = load_or_exit(name_or_path)  # before the reviewers, which take two seconds to start
        app = cls()
        try:
            define(app, environment)
        except (ConfigError, ScalingError) as error:
            print(f"{shown_path(find(name_or_path))}: {error}", file=sys.stderr)
            raise SystemExit(2) from None
        if warnings := findings(Path(app.synth().directory)):
            print(f"the reviewers found {', '.join(warnings)}; mend it, or acknowledge it", file=sys.stderr)
            raise SystemExit(1)

    def _review(self) -> None:
        cdk.Validations.of(self).add_plugins(_own_rules(), cdk_nag.AwsSolutionsChecks(self))


@cache
def _own_rules() -> cdk.CloudFormationValidatePlugin:
    """CDK's template validation with our rules, compiled once in a process."""
    sources = [
        cdk.ValidationRuleSource(name=rule.stem, content=rule.read_text()) for rule in sorted(RULES.glob("*.rego"))
    ]
    return cdk.CloudFormationValidatePlugin(rego_rules=sources)


def requested_environment() -> str:
    """What `-c environment=…` asked for; dev otherwise."""
    context = _feature_flags() | json.loads(os.environ.get("CDK_CONTEXT_JSON", "{}"))
    return str(context.get("environment", "dev"))


def findings(folder: Path) -> list[str]:
    """Answer what the reviewers found in a cloud assembly, warnings too; what is acknowledged is not among it."""
    report = json.loads((folder / "validation-report.json").read_text())
    return [
        f"{violation['ruleName']} at {construct['constructPath']}"
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]


def _feature_flags() -> dict[str, object]:
    """`python app.py` must synthesize what `cdk synth` does, so it reads the same flags."""
    flags: dict[str, object] = json.loads((ROOT / "cdk.json").read_text())["context"]
    return flags
