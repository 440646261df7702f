"""Only a whole film ever appears in S3, whatever fills up, dies or is missing."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from contract.session import State
from control_plane.errors import JobFailed, JobImpossible
from control_plane.voice_sessions.models import VoiceSession
from control_plane.voice_sessions.services.film import measure, pictures
from control_plane.voice_sessions.services.video import video_assemble
from tests.control_plane.given import session_in
from tests.control_plane.sound import narrow_recording, recording
from tests.platform.aws import RECORDINGS, Aws

pytestmark = pytest.mark.usefixtures("stores")


def uploaded(aws: Aws, tmp_path: Path, *, seconds: float) -> str:
    """A session with its sound in S3."""
    session = session_in(State.ENDED)
    sound = recording(tmp_path / "audio.ogg", seconds=seconds)
    aws.client("s3").upload_file(str(sound), RECORDINGS, f"sessions/{session.pk}/audio.ogg")
    return session.pk


def keys(aws: Aws) -> list[str]:
    """What lies in the recordings bucket."""
    found = aws.client("s3").list_objects_v2(Bucket=RECORDINGS).get("Contents", [])
    return sorted(each["Key"].rsplit("/")[-1] for each in found)


@pytest.fixture
def little_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place for temporary files that holds 256 KiB; the pictures were drawn before it filled up."""
    pictures()
    folder = tmp_path / "little"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        if os.environ.get("CI") == "true":
            pytest.fail("a small disk cannot be mounted; CI must run as root")
        pytest.skip("only root may mount a small disk")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_leaves_nothing_behind(aws: Aws, tmp_path: Path, little_disk: Path) -> None:
    """What is known to need more is not begun: the job is tried again elsewhere, and S3 never saw a half."""
    session_id = uploaded(aws, tmp_path, seconds=20)

    with pytest.raises(JobFailed, match="bytes free, .* are needed|No space left"):
        video_assemble(session_id)

    assert keys(aws) == ["audio.ogg"]
    assert not list(little_disk.glob("voiceplane-film-*"))
    assert shutil.disk_usage(little_disk).free > 100_000


@pytest.mark.parametrize(("seconds", "what"), [(40, "encode"), (20, "join")])
def test_a_disk_that_fills_up_under_the_film_is_named(
    aws: Aws, tmp_path: Path, little_disk: Path, seconds: float, what: str
) -> None:
    """There was room for the sound and its estimate; the operator must not look for a broken recording."""
    session_id = session_in(State.ENDED).pk
    sound = narrow_recording(tmp_path / "audio.ogg", seconds=seconds)
    aws.client("s3").upload_file(str(sound), RECORDINGS, f"sessions/{session_id}/audio.ogg")

    with pytest.raises(JobFailed, match=f"the disk is full: ffmpeg could not {what}"):
        video_assemble(session_id)

    assert keys(aws) == ["audio.ogg"]
    assert not list(little_disk.glob("voiceplane-film-*"))


def test_a_missing_recording_is_said_by_name() -> None:
    """No attempt can bring it back."""
    session = session_in(State.ENDED)

    with pytest.raises(JobImpossible, match="recording_missing"):
        video_assemble(session.pk)


def test_a_film_is_as_long_as_its_call_though_the_agent_came_late(aws: Aws, tmp_path: Path) -> None:
    """From the caller's join to the end, whatever part of it was recorded."""
    session_id = uploaded(aws, tmp_path, seconds=3)
    joined = VoiceSession.objects.get().created_at
    VoiceSession.objects.update(
        active_at=joined, recording_started_at=joined + timedelta(seconds=1.3), ended_at=joined + timedelta(seconds=5)
    )

    video_assemble(session_id)

    aws.client("s3").download_file(RECORDINGS, f"sessions/{session_id}/call.mp4", str(tmp_path / "call.mp4"))
    assert abs(measure(tmp_path / "call.mp4").seconds - 5) < 0.1


def test_a_film_lies_beside_its_sound(aws: Aws, tmp_path: Path) -> None:
    """Under the contract's key, which the answer records."""
    session_id = uploaded(aws, tmp_path, seconds=2)

    found = video_assemble(session_id)

    assert found == {"video_key": f"sessions/{session_id}/call.mp4"}
    assert keys(aws) == ["audio.ogg", "call.mp4"]
