"""Environments synthesized in this process, each once in a test run, whichever worker is the first to need it.

Workers of pytest-xdist share the folder: one synthesizes while the others wait at a lock, then all read the same files.
"""

import fcntl
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
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
        refusal: What `app.synth()` raised; empty when it went through.
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

    def shipped(self, name: str) -> Synthesis:
        """Answer one of `config/environments/`, reviewed."""
        return self.of(name, lambda: load(name))

    def of(self, name: str, environment: Callable[[], Environment], *, reviewed: bool = True) -> Synthesis:
        """Answer an environment's synthesis, and make it if nobody has yet.

        Args:
            name: Of the synthesis, within this run.
            reviewed: False for tests that only compare templates: a second sooner.
        """
        if name not in self._taken:
            self._taken[name] = self._take(name, environment(), reviewed=reviewed)
        return self._taken[name]

    def _take(self, name: str, environment: Environment, *, reviewed: bool) -> Synthesis:
        folder, refusal = self._shelf / name, self._shelf / f"{name}.refusal"
        with (self._shelf / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not refusal.exists():
                refusal.write_text(synthesize(environment, folder, reviewed=reviewed))
        return Synthesis(environment, folder, refusal.read_text())


def synthesize(environment: Environment, folder: Path, *, reviewed: bool) -> str:
    """Write an environment's cloud assembly into a folder; answer why the reviewers refused it, if they did."""
    app = PlatformApp(outdir=str(folder), reviewed=reviewed)
    architecture.define(app, environment)
    try:
        app.synth()
    except RuntimeError as refusal:
        return str(refusal)
    return ""
