"""Which findings were acknowledged in a synthesis, and which acknowledgements covered one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LIBRARY = {  # recorded by aws-ec2 itself, on its own FlowLog
    "CloudFormation-Validate::F3002",
    "CloudFormation-Validate::F3003",
}


ANNOTATION = "Annotation::"  # CDK drops an acknowledged warning without a word: what it covered is nowhere recorded


class Acknowledged(NamedTuple):
    """One finding's id, accepted at one construct."""

    construct: str
    finding: str
    reason: str


def recorded(folder: Path) -> set[Acknowledged]:
    """Answer every acknowledgement that a synthesis made, from the metadata of its constructs."""
    return {entry for file in folder.glob("*.metadata.json") for entry in _entries(file)}


def used(folder: Path) -> list[Acknowledged]:
    """Answer the acknowledgement of every finding that was covered: as often as it covered one."""
    report = json.loads((folder / "validation-report.json").read_text())
    return [
        Acknowledged(found["acknowledgedAt"], found["acknowledgedId"], found["reason"])
        for plugin in report["pluginReports"]
        for found in plugin["suppressedViolations"]
        for _ in found["violatingConstructs"]
    ]


def unused(folder: Path) -> set[tuple[str, str]]:
    """Answer the acknowledgements that covered no finding, by construct and id; annotations have their own test."""
    covered = {(entry.construct, entry.finding) for entry in used(folder)}
    return {
        (entry.construct, entry.finding) for entry in recorded(folder) if not entry.finding.startswith(ANNOTATION)
    } - covered


def _entries(file: Path) -> Iterator[Acknowledged]:
    for path, metadata in json.loads(file.read_text()).items():
        for entry in metadata:
            if entry["type"] == "aws:cdk:acknowledged-rules":
                for finding, reason in entry["data"].items():
                    if finding not in LIBRARY:
                        yield Acknowledged(path.removeprefix("/"), finding, reason)
