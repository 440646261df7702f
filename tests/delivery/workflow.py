"""GitHub's workflows as data: their jobs, their steps, and every line that a shell runs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / ".github" / "workflows"
NAMES: Final = tuple(sorted(path.name for path in FOLDER.glob("*.yml")))


@dataclass(frozen=True)
class Job:
    """One job of one workflow."""

    workflow: str
    name: str
    body: dict[str, Any]

    @property
    def steps(self) -> list[dict[str, Any]]:
        """None when it calls another workflow."""
        return list(self.body.get("steps", []))

    @property
    def permissions(self) -> dict[str, str]:
        """What its token may do."""
        return dict(self.body.get("permissions", {}))

    @property
    def lines(self) -> list[str]:
        """What its shells run, one command a line."""
        return [line.strip() for step in self.steps for line in step.get("run", "").splitlines() if line.strip()]

    def step(self, name: str) -> dict[str, Any]:
        """The step of a name."""
        return next(step for step in self.steps if step.get("name") == name)

    def position(self, name: str) -> int:
        """Where a step of a name stands."""
        return [step.get("name") for step in self.steps].index(name)


def text_of(name: str) -> str:
    """A workflow as it is written."""
    return (FOLDER / name).read_text()


def workflow(name: str) -> dict[str, Any]:
    """A workflow; YAML takes `on` for a truth."""
    read: dict[Any, Any] = yaml.safe_load(text_of(name))
    return {("on" if key is True else str(key)): value for key, value in read.items()}


def jobs(*names: str) -> Iterator[Job]:
    """Every job of some workflows, or of all."""
    for name in names or NAMES:
        for job, body in workflow(name)["jobs"].items():
            yield Job(name, job, body)


def actions(text: str) -> list[tuple[str, str, str]]:
    """What a workflow uses of others: action, what follows the @, and the comment behind it."""
    found = re.findall(r"uses: ([\w.-]+/[\w./-]+)@(\S+)(?: # (.*))?$", text, re.MULTILINE)
    return [(action, reference, comment) for action, reference, comment in found]
