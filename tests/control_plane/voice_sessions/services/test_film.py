"""A film has 15 frames a second and lasts as long as its sound; what cannot be one is said, and nothing is left."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import pytest

from control_plane.errors import JobFailed, JobImpossible
from control_plane.voice_sessions.services import film
from tests.control_plane.sound import recording, silences, wave


@pytest.mark.parametrize("seconds", [0.5, 7.37, 61.0])
def test_a_film_lasts_as_long_as_its_sound(tmp_path: Path, seconds: float) -> None:
    """Within half a second, at 15 frames a second, read back by ffmpeg."""
    sound = recording(tmp_path / "audio.ogg", seconds=seconds)

    film.film_make(sound, target=tmp_path / "call.mp4")

    found = film.measure(tmp_path / "call.mp4")
    assert abs(found.seconds - seconds) < 0.5
    assert abs(found.frames / found.seconds - 15) < 15 / found.frames + 0.5


def test_a_film_covers_the_call_from_before_the_sound_to_after_it(tmp_path: Path) -> None:
    """The caller may be there before the agent records; what is heard then lies where the transcript says."""
    sound = recording(tmp_path / "audio.ogg", seconds=3)

    film.film_make(sound, target=tmp_path / "call.mp4", place=film.Place(begins_seconds=1.3, call_seconds=6.0))

    assert abs(film.measure(tmp_path / "call.mp4").seconds - 6.0) < 0.1
    assert silences(tmp_path / "call.mp4") == [pytest.approx((0, 1.3), abs=0.1), pytest.approx((4.3, 6.0), abs=0.1)]


def test_what_was_recorded_after_the_call_is_not_in_its_film(tmp_path: Path) -> None:
    """The agent hears of a hang-up a moment later than the record."""
    sound = recording(tmp_path / "audio.ogg", seconds=5)

    found = film.film_make(sound, target=tmp_path / "call.mp4", place=film.Place(begins_seconds=0, call_seconds=3.6))

    assert abs(found.seconds - 3.6) < 0.1


def test_a_film_is_h264_at_15_frames_and_aac(tmp_path: Path) -> None:
    """What browsers play."""
    film.film_make(recording(tmp_path / "audio.ogg", seconds=2), target=tmp_path / "call.mp4")

    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(tmp_path / "call.mp4")]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    assert "Video: h264" in said
    assert "15 fps" in said
    assert "Audio: aac" in said


@pytest.mark.parametrize(
    ("rate", "channels"), [(8000, 1), (16000, 2), (48000, 2)], ids=["8 kHz", "stereo", "silence only"]
)
def test_any_sound_will_do(tmp_path: Path, rate: int, channels: int) -> None:
    """Recordings come from two transports, and may be silent."""
    sound = wave(tmp_path / "audio.wav", rate=rate, channels=channels, samples=3 * rate)

    assert abs(film.film_make(sound, target=tmp_path / "call.mp4").seconds - 3) < 0.5


def test_a_recording_of_no_samples_is_no_film(tmp_path: Path) -> None:
    """It is said by name and not tried again."""
    sound = wave(tmp_path / "audio.wav", rate=48000, channels=2, samples=0)

    with pytest.raises(JobImpossible, match="recording_empty"):
        film.film_make(sound, target=tmp_path / "call.mp4")


@pytest.mark.parametrize("content", [b"", b"no sound at all" * 100], ids=["empty", "text"])
def test_what_is_no_sound_fails(tmp_path: Path, content: bytes) -> None:
    """A broken upload may be whole the next time."""
    sound = tmp_path / "audio.ogg"
    sound.write_bytes(content)

    with pytest.raises(JobFailed, match="ffmpeg could not open"):
        film.film_make(sound, target=tmp_path / "call.mp4")


def test_a_film_that_was_cut_short_is_not_believed(tmp_path: Path) -> None:
    """Half a file must never be uploaded."""
    whole = tmp_path / "call.mp4"
    film.film_make(recording(tmp_path / "audio.ogg", seconds=20), target=whole)
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    with pytest.raises(JobFailed, match="ffmpeg could not read"):
        film.measure(whole)


def test_a_film_costs_little(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """Two minutes of pictures by re-encoding take more than 10 s; repeated, they take what the sound takes."""
    sound = recording(tmp_path / "audio.ogg", seconds=120)
    film.pictures()
    begun = time.monotonic()

    film.film_make(sound, target=tmp_path / "call.mp4")

    took = time.monotonic() - begun
    record_property("told", f"film of 2 minutes: {took:.1f} s")
    assert took < 10
