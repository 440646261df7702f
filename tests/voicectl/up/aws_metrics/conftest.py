"""The alarms of the laptop's own environment, and state folders that tell of processes."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from config.load import load
from tests.synthesis import Syntheses
from voicectl.alarms.definition import Alarm
from voicectl.alarms.kept import LAPTOP, kept
from voicectl.review.templates import Assembly

TYPE = "AWS::CloudWatch::Alarm"


@pytest.fixture(scope="session")
def definitions(syntheses: Syntheses, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `voicectl.alarms.kept` keeps of them."""
    assembly: Assembly = syntheses.unreviewed("local", lambda: load(str(LAPTOP))).assembly
    alarms = {each.logical_id: {"Type": TYPE, "Properties": each.properties} for _, each in assembly.of_type(TYPE)}
    file = tmp_path_factory.mktemp("kept") / "alarms.json"
    file.write_text(json.dumps({"Resources": alarms}))
    return file


@pytest.fixture(scope="session")
def laptop(definitions: Path) -> Iterable[Alarm]:
    """The alarms themselves."""
    return kept(definitions)
