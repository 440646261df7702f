"""Whatever environment file the configuration accepts, the stacks can be synthesized from it, without any look-up.

`tests/config/test_properties.py` loads files like these by the hundred, and refuses as many that are wrong.
"""

from pathlib import Path
from shutil import rmtree

import pytest
from hypothesis import HealthCheck, Phase, assume, given, seed, settings

from config.load import load
from tests.config.files import write
from tests.config.strategies import Table, valid_environment_tables
from tests.config.toml_text import toml_text
from tests.synthesis import Synthesis, synthesize

BLOCKS = 4  # so that every worker has some at any time
EXAMPLES = 15  # different ones in each block, of which only the plainest is in others too
LEAST_STACKS = 7  # without a frontend
WITHOUT_SHRINKING = settings(
    max_examples=EXAMPLES,
    phases=[Phase.generate],  # a smaller example of a failure would cost hundreds of syntheses
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_every_valid_file_synthesizes(block: int, tmp_path: Path) -> None:
    """Nobody should find a combination of allowed values that only the CDK refuses."""
    synthesized: set[str] = set()

    @seed(block)
    @WITHOUT_SHRINKING
    @given(table=valid_environment_tables())
    def synthesizes(table: Table) -> None:
        text = toml_text(table)
        assume(text not in synthesized)
        assert faults_of(write(tmp_path, text), tmp_path / "cdk.out") == []
        synthesized.add(text)

    synthesizes()

    assert len(synthesized) == EXAMPLES


def faults_of(path: str, folder: Path) -> list[str]:
    """Synthesize a file into a folder, forget the folder, and answer what is wrong with it."""
    environment = load(path)
    if refusal := synthesize(environment, folder):
        return [refusal]
    synthesis = Synthesis(environment, folder, refusal)
    stacks = synthesis.assembly.stacks
    faults = [f"{stack.name} is empty" for stack in stacks if not stack.template.get("Resources")]
    faults += [f"{missing['provider']} is looked up" for missing in synthesis.manifest.get("missing", [])]
    faults += [f"there are only {len(stacks)} stacks"] if len(stacks) < LEAST_STACKS else []
    rmtree(folder)
    return faults
