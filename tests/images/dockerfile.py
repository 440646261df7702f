"""A Dockerfile as a reviewer reads it: its stages, and what each instruction says."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "runtime" / "images"


@dataclass(frozen=True)
class Stage:
    """What stands between one FROM and the next.

    Attributes:
        base: As written, with the argument's name in it.
        name: After AS; empty for none.
        lines: Each instruction joined to one line.
    """

    base: str
    name: str
    lines: tuple[str, ...]

    def said(self, instruction: str) -> list[str]:
        """What follows each of an instruction."""
        return [line.partition(" ")[2].strip() for line in self.lines if line.split()[0] == instruction]

    def last(self, instruction: str) -> str:
        """What holds in the end; empty for nothing."""
        return (self.said(instruction) or [""])[-1]

    def exec_form(self, instruction: str) -> list[str]:
        """The list of an ENTRYPOINT or CMD; a shell form is no JSON and fails."""
        said = self.last(instruction)
        return list(json.loads(said)) if said else []

    @property
    def ports(self) -> set[str]:
        """`7880` and `3478/udp`."""
        return set(" ".join(self.said("EXPOSE")).split())

    @property
    def copied(self) -> list[tuple[str, str]]:
        """What comes from the clone, and where it goes; not what comes from another stage."""
        pairs = [said.split() for said in self.said("COPY") if not said.startswith("--from=")]
        return [(source, pair[-1]) for pair in pairs for source in pair[:-1]]

    @property
    def labels(self) -> dict[str, str]:
        """Every label."""
        return dict(re.findall(r'([\w.]+)="([^"]*)"', " ".join(self.said("LABEL"))))


@dataclass(frozen=True)
class Dockerfile:
    """All of it.

    Attributes:
        arguments: Of the bases, before the first stage, with their defaults.
    """

    text: str
    arguments: dict[str, str]
    stages: tuple[Stage, ...]

    @property
    def final(self) -> Stage:
        """The one that is pushed."""
        return self.stages[-1]

    @property
    def copied(self) -> list[tuple[str, str]]:
        """What any stage takes from the clone."""
        return [pair for stage in self.stages for pair in stage.copied]

    @property
    def runs(self) -> list[str]:
        """Every RUN of every stage."""
        return [run for stage in self.stages for run in stage.said("RUN")]


def read(name: str) -> Dockerfile:
    """Read an image's."""
    return parse((FOLDER / name / "Dockerfile").read_text())


def parse(text: str) -> Dockerfile:
    """Read one from its text."""
    bare = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    lines = [re.sub(r"\s+", " ", line).strip() for line in bare.replace("\\\n", " ").splitlines()]
    lines = [line for line in lines if line]
    firsts = [number for number, line in enumerate(lines) if line.startswith("FROM ")]
    arguments = dict(line.removeprefix("ARG ").split("=", 1) for line in lines[: firsts[0]])
    bounds = zip(firsts, [*firsts[1:], len(lines)], strict=True)
    return Dockerfile(text, arguments, tuple(_stage(lines[first], lines[first + 1 : last]) for first, last in bounds))


def _stage(head: str, lines: list[str]) -> Stage:
    base, _, name = head.removeprefix("FROM ").partition(" AS ")
    return Stage(base, name, tuple(lines))
