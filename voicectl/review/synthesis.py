"""Templates made for one review: `app.py` of some copy of the code, run into a temporary folder."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from voicectl.review.errors import SynthesisRefused
from voicectl.review.templates import Assembly, read_assembly
from voicectl.toolchain import ROOT

SYNTHESIS_SECONDS = 300  # a loaded machine takes one minute; nothing here waits for a network
GIT_SECONDS = 120
LAST_LINES = 12  # of what a failed synthesis said


@dataclass(frozen=True)
class Synthesis:
    """One synthesis on its way.

    Attributes:
        what: In messages, such as `prod at 1a2b3c4`.
    """

    what: str
    process: subprocess.Popen[str]
    out: Path

    def assembly(self) -> Assembly:
        """Wait for it, and read what it wrote.

        Raises:
            SynthesisRefused: It failed, or took too long; with its own last words.
        """
        try:
            said, _ = self.process.communicate(timeout=SYNTHESIS_SECONDS)
        except subprocess.TimeoutExpired:
            self.stop()
            raise SynthesisRefused(
                f"{self.what}: no templates after {SYNTHESIS_SECONDS} s; run `python app.py` there to see why"
            ) from None
        if self.process.returncode:
            last = "\n".join(said.strip().splitlines()[-LAST_LINES:])
            raise SynthesisRefused(
                f"{self.what} does not synthesize with this clone's .venv; its last words:\n{last}\n"
                "mend it, or synthesize it in a clone of its own and give that folder: --against ../other/cdk.out"
            )
        return read_assembly(self.out)

    def stop(self) -> None:
        """End it, if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def start(environment: str, *, out: Path, what: str, root: Path = ROOT) -> Synthesis:
    """Begin to synthesize an environment; two of them share the machine's processors.

    Args:
        environment: A name in the copy's `config/environments/`, or a path.
        out: Where templates land; nothing else is written.
        root: The copy of the code.
    """
    variables = {
        **os.environ,
        "CDK_OUTDIR": str(out),
        "CDK_CONTEXT_JSON": json.dumps({"environment": environment}),
        "PYTHONPATH": f"{root}{os.pathsep}{root / 'constructs'}",
        "PYTHONDONTWRITEBYTECODE": "1",  # nothing in the clone changes, not even a cache
    }
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=root,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Synthesis(what, process, out)


@contextmanager
def stopping(*syntheses: Synthesis) -> Iterator[None]:
    """End what still runs when the block is left, whichever way."""
    try:
        yield
    finally:
        for synthesis in syntheses:
            synthesis.stop()


def commit_named(reference: str, *, root: Path = ROOT) -> str | None:
    """Answer the commit that a Git reference means here, None when it means none."""
    found = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}", root=root)
    return found.stdout.strip() if found.returncode == 0 else None


def copy_of(commit: str, *, folder: Path, root: Path = ROOT) -> Path:
    """Check a commit out into a folder of its own, with the history that image tags are read from.

    A clone that borrows this one's objects, not a worktree: this clone keeps no trace of it.

    Raises:
        SynthesisRefused: Git refused.
    """
    made = git("clone", "--quiet", "--shared", "--no-checkout", str(root), str(folder), root=root)
    out = git("checkout", "--quiet", "--detach", commit, root=folder) if made.returncode == 0 else made
    if out.returncode:
        raise SynthesisRefused(f"git cannot check {commit[:12]} out: {out.stderr.strip()}; fetch it first")
    return folder


def git(*arguments: str, root: Path) -> subprocess.CompletedProcess[str]:
    """Ask git."""
    return subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, check=False, timeout=GIT_SECONDS
    )
