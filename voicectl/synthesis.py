"""An environment's templates, synthesized for one look at them."""

import tempfile
from pathlib import Path

from voicectl.review.templates import Assembly, read_assembly
from voicectl.toolchain import ToolMissing, cdk


class SynthesisFailed(Exception):
    """The environment could not be synthesized; the CDK has said why. Catch it to exit with code 2."""


def synthesized(environment: str) -> Assembly:
    """Synthesize with the pinned CDK, into a folder that is gone afterwards.

    Args:
        environment: A name in `config/environments/`, or a path to a file.

    Raises:
        SynthesisFailed: The file has a mistake, a reviewer objects, or the CDK is not installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            code = cdk("synth", "--quiet", "--context", f"environment={environment}", "--output", folder)
        except ToolMissing as missing:
            raise SynthesisFailed(str(missing)) from None
        if code:
            raise SynthesisFailed(f"{environment} was not synthesized; mend what the CDK names above")
        return read_assembly(Path(folder))
