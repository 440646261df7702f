"""`voicectl doctor` finds what is missing before a person loses an hour to it, and says in one line what to do."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voicectl.doctor import hardware, running, software
from voicectl.doctor.examine import LOOKS, examine
from voicectl.doctor.finding import Machine, Verdict
from voicectl.up.process import Status
from voicectl.up.state import Addresses, ProcessState, Running, State, lock

ROOT = Path(__file__).parents[3]
NOWHERE = Addresses(
    api="", voice="", events="", livekit="", aws="", speech="", recordings_bucket="", artefacts_bucket=""
)


@pytest.fixture
def bare(tmp_path: Path) -> Machine:
    """A clone on a machine where nothing is on PATH and nothing in the cache."""
    clone = tmp_path / "clone"
    (clone / "requirements").mkdir(parents=True)
    (clone / "contract").mkdir()
    (clone / "contract" / "services.py").touch()
    for name in ("requirements.txt", "requirements/local.txt", "requirements/test.txt"):
        (clone / name).write_text("no-such-package==1.0 \\\n    --hash=sha256:00\npydantic==0.0.1 \\\n")
    variables = {"PATH": str(tmp_path / "nothing"), "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    return Machine(variables=variables, root=clone, folder=clone / ".voiceplane")


def test_whatever_is_not_good_says_what_to_do_in_one_line(bare: Machine) -> None:
    """A cross without a way out only makes people feel bad."""
    findings = examine(bare)

    assert len(findings) == len(LOOKS) >= 25
    assert [finding.name for finding in findings if finding.verdict is not Verdict.GOOD and not finding.fix] == []
    assert [finding.name for finding in findings if "\n" in finding.found + finding.fix] == []
    assert len({finding.name for finding in findings}) == len(findings)


def test_packages_are_compared_with_the_lock_by_version(bare: Machine) -> None:
    """Half an upgrade is the usual reason for an error that nobody else has."""
    finding = software.for_calls(bare)

    assert finding == (
        "packages for the platform",
        Verdict.MISSING,
        "0 of 2, not no-such-package",
        "run `make up`: it installs them",
    )


def test_what_a_call_does_not_need_is_no_fault(bare: Machine) -> None:
    """Docker, Go, a browser: people should not install them because a cross told them to."""
    verdicts = {look(bare).verdict for look in (software.docker, software.go, software.chromium, software.livekit)}

    assert verdicts == {Verdict.OPTIONAL}


def test_a_clock_before_the_clone_is_wrong(bare: Machine) -> None:
    """Tokens made in the past are refused, and the error speaks of keys."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).timestamp()
    os.utime(bare.root / "contract" / "services.py", (tomorrow, tomorrow))

    assert hardware.clock(bare).verdict is Verdict.MISSING


def test_a_cache_that_cannot_be_made_is_found(bare: Machine, tmp_path: Path) -> None:
    """Every start would build the LiveKit server again."""
    (tmp_path / "file").touch(mode=0o600)
    blocked = bare._replace(variables={"XDG_CACHE_HOME": str(tmp_path / "file")})

    assert hardware.cache(blocked).verdict is Verdict.MISSING


@pytest.mark.parametrize(
    ("variables", "verdict"),
    [
        ({}, Verdict.GOOD),
        ({"HTTP_PROXY": "http://proxy:3128"}, Verdict.MISSING),
        ({"https_proxy": "http://proxy:3128", "no_proxy": "localhost,127.0.0.1"}, Verdict.GOOD),
    ],
    ids=["none", "for everything", "not for loopback"],
)
def test_a_proxy_must_not_be_asked_for_loopback(bare: Machine, variables: dict[str, str], verdict: Verdict) -> None:
    """It would answer 403 for our own API."""
    assert hardware.proxy(bare._replace(variables=variables)).verdict is verdict


def test_a_process_that_is_unwell_is_named_with_its_log(bare: Machine) -> None:
    """The doctor is asked when something does not work."""
    held = lock(bare.folder)
    process = ProcessState(name="api", meaning="", status=Status.UNWELL, detail="answers 503", log=Path("api.log"))
    now = Running(
        run="r",
        pid=1,
        temporary=Path("/tmp/run"),
        started_at=datetime.now(UTC),
        addresses=NOWHERE,
        processes=(process,),
    )
    State(running=now).write(bare.folder)

    finding = running.platform(bare)
    os.close(held)

    assert (finding.verdict, finding.found) == (Verdict.MISSING, "0 of 1 processes are well")
    assert finding.fix == "api is unwell: answers 503; its log is api.log"


def test_the_command_answers_programs_and_exits_by_what_is_needed(bare: Machine) -> None:
    """CI asks it before it starts anything."""
    command = [sys.executable, "-m", "voicectl", "doctor", "--json"]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "VOICEPLANE_STATE": str(bare.folder)}

    ran = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)

    findings = json.loads(ran.stdout)
    missing = [finding["name"] for finding in findings if finding["verdict"] == "missing"]
    assert ran.returncode == (1 if missing else 0)
    assert {"name", "verdict", "found", "fix"} == findings[0].keys()
