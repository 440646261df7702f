"""Environments synthesized once in a test run, whichever worker is the first to need them.

Workers of pytest-xdist share the folder: one synthesizes while the others wait at a lock, then all read the same files.
"""

import fcntl
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import app as architecture
from config.load import load
from config.schema import Environment
from voice_constructs.platform_app import PlatformApp
from voicectl.review.templates import Assembly, read_assembly

SHIPPED = ("dev", "staging", "prod")


@dataclass(frozen=True)
class Synthesis:
    """One environment as CDK left it.

    Attributes:
        refusal: What it complained of; empty when it went through.
    """

    environment: Environment
    folder: Path
    refusal: str

    @cached_property
    def assembly(self) -> Assembly:
        """Its templates."""
        return read_assembly(self.folder)

    @cached_property
    def report(self) -> dict[str, Any]:
        """What the reviewers said."""
        return dict(json.loads((self.folder / "validation-report.json").read_text()))

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The cloud assembly's table of contents."""
        return dict(json.loads((self.folder / "manifest.json").read_text()))


class Syntheses:
    """Every synthesis of this test run."""

    def __init__(self, shelf: Path) -> None:
        """Keep them in a folder that all workers share."""
        self._shelf = shelf
        self._taken: dict[str, Synthesis] = {}

    def reviewed(self, name_or_path: str) -> Synthesis:
        """Answer one of `config/environments/`, or a file, with what the reviewers found."""
        return self._once(Path(name_or_path).stem, lambda: load(name_or_path), partial(synthesize, reviewed=True))

    def unreviewed(self, name: str, environment: Callable[[], Environment]) -> Synthesis:
        """Answer the templates of an environment that no file describes.

        Args:
            name: Of the synthesis, within this run.
        """
        return self._once(name, environment, synthesize)

    def _once(
        self, name: str, environment: Callable[[], Environment], make: Callable[[Environment, Path], str]
    ) -> Synthesis:
        if name not in self._taken:
            self._taken[name] = self._take(name, environment(), make)
        return self._taken[name]

    def _take(self, name: str, environment: Environment, make: Callable[[Environment, Path], str]) -> Synthesis:
        folder, refusal = self._shelf / name, self._shelf / f"{name}.refusal"
        with (self._shelf / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not refusal.exists():
                refusal.write_text(make(environment, folder))
        return Synthesis(environment, folder, refusal.read_text())


def synthesize(environment: Environment, folder: Path, *, reviewed: bool = False) -> str:
    """Write an environment's cloud assembly into a folder; answer why it was refused, if it was."""
    app = PlatformApp(outdir=str(folder), reviewed=reviewed)
    architecture.define(app, environment)
    try:
        app.synth()
    except RuntimeError as refusal:
        return str(refusal)
    return ""
