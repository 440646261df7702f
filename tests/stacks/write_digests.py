"""`make digests`: production's digests, written anew after an intended change."""

import tempfile
from pathlib import Path

import voice_constructs  # noqa: F401  names the Node that jsii runs on
from config.load import load
from tests.stacks.digest import SNAPSHOTS, digest, snapshot_of
from tests.synthesis import synthesize
from voicectl.review.templates import read_assembly


def write(environment: str = "prod") -> None:
    """Synthesize an environment and replace what is kept of it."""
    with tempfile.TemporaryDirectory() as folder:
        synthesize(load(environment), Path(folder))
        assembly = read_assembly(Path(folder))
    for file in SNAPSHOTS.glob("*.digest"):
        file.unlink()
    for stack in assembly.stacks:
        snapshot_of(stack.name).write_text(digest(assembly, stack))
        print(snapshot_of(stack.name).name)


if __name__ == "__main__":
    write()
