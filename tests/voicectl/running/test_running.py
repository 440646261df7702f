"""A platform that runs can be looked into and mended from a second terminal."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tests.voicectl.up.test_up import Clone

pytestmark = pytest.mark.xdist_group("running")
ONLY = "--only=postgres,valkey,aws,providers"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """A small platform that runs, with a queue that has grown."""
    clone = Clone(tmp_path_factory.mktemp("running"))
    code, said = clone.run("up", "--detach", ONLY)
    assert code == 0, said
    aws = clone.status()["addresses"]["aws"]
    client = boto3.client(
        "cloudwatch", endpoint_url=aws, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    for pool, depth in (("data", 1200.0), ("data", 1400.0), ("voice", 3.0)):
        dimensions = [{"Name": "Environment", "Value": "local"}, {"Name": "Pool", "Value": pool}]
        data = [{"MetricName": "QueueDepth", "Dimensions": dimensions, "Value": depth}]
        client.put_metric_data(Namespace="Voiceplane", MetricData=data)
    yield clone
    assert clone.run("down")[0] == 0


def test_numbers_are_told_a_line_a_minute(clone: Clone) -> None:
    """All five statistics, for the dimensions that were asked for."""
    code, said = clone.run("metrics", "QueueDepth", "Pool=data")

    assert code == 0
    [line] = [line.split() for line in said.splitlines() if "Pool=data" in line]
    assert line[1:] == ["Environment=local", "Pool=data", "2", "1200", "1300", "1400", "2600"]
    assert "Pool=voice" not in said


def test_all_metrics_are_listed(clone: Clone) -> None:
    """For who does not know the name: ours with what they mean, AWS's with whose they are."""
    code, said = clone.run("metrics")

    assert code == 0
    assert "QueueDepth  Count  Environment Pool  " in said
    assert "DatabaseConnections  Count  DBInstanceIdentifier  of AWS/RDS\n" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("metrics", "QueueDept"), "meant QueueDepth?"),
        (("metrics", "QueueDepth", "Pool=none"), "not published with Pool=none"),
        (("metrics", "QueueDepth", "Pool"), "is not Name=Value"),
        (("logs", "valky"), "there is no process valky"),
        (("restart", "nothing"), "there is no process nothing"),
        (("one-off", "nothing", "json.tool"), "there is no process nothing"),
        (("fault", "google"), "no provider google"),
        (("fault", "openai", "--answer", "late"), "is none of whole, cut, silent, malformed"),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_ones(arguments: tuple[str, ...], said: str, clone: Clone) -> None:
    """And with exit code 2."""
    code, told = clone.run(*arguments)

    assert code == 2
    assert said in " ".join(told.replace("│", " ").split())


def test_a_log_is_read_from_its_end(clone: Clone) -> None:
    """Only lines with the word, and only so many."""
    log = next(Path(each["log"]) for each in clone.status()["processes"] if each["name"] == "valkey")
    log.write_text("one apple\ntwo pears\nthree apples\nfour apples\n")

    assert clone.run("logs", "valkey", "--grep", "apple", "--lines", "2") == (0, "three apples\nfour apples\n")


def test_a_process_that_hangs_is_begun_anew(clone: Clone) -> None:
    """It hears no signal but the last; the next one is another process, and ready."""
    before = clone.pids()["valkey"]
    os.kill(before, signal.SIGSTOP)

    code, said = clone.run("restart", "valkey")

    assert code == 0, said
    assert "valkey is ready again after" in said
    assert clone.pids()["valkey"] != before


def test_a_module_is_run_with_a_processs_variables(clone: Clone) -> None:
    """As that process: its name, its database; and the exit code is the module's."""
    code, said = clone.run("one-off", "supervisor", "control_plane.connections", "--end-after", "60")

    assert code == 0, said
    assert '"service": "supervisor"' in said
    assert "connections ended" in said
    assert clone.run("one-off", "supervisor", "control_plane.connections", "--end-after", "soon")[0] == 2


def test_a_provider_does_wrong_until_it_is_told_otherwise(clone: Clone) -> None:
    """The fault is the provider's own, not the caller's."""
    assert clone.run("fault", "openai", "--status", "503") == (0, "openai does wrong until `voicectl fault openai`\n")
    assert clone.run("fault", "openai") == (0, "openai does well\n")


def test_without_a_platform_every_command_says_so(tmp_path: Path) -> None:
    """And ends as `voicectl status` does."""
    clone = Clone(tmp_path)

    for arguments in (("metrics", "QueueDepth"), ("logs", "agent"), ("restart", "agent"), ("fault", "openai")):
        code, said = clone.run(*arguments)
        assert (code, "not running" in said) == (3, True)
