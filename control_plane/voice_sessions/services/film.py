"""An MP4 at 15 frames a second from a call's sound: one cached group of pictures repeated, the sound encoded once.

Nothing is encoded per second of the call but its sound (facts: performance §9). Every run of ffmpeg has a time
limit and a process group of its own, which is killed whole.
"""

import errno
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import imageio_ffmpeg

from contract.storage import VIDEO_FRAMES_PER_SECOND
from control_plane.errors import JobFailed, JobImpossible

WIDTH, HEIGHT, COLOUR = 640, 360, "0x10141c"
PICTURES_SECONDS: Final = 10
RUN_SECONDS: Final = 120  # of one run; a call of eight hours needs 40 s for its sound on one slow core
TOLERANCE_SECONDS: Final = 0.5  # between film and sound
FREE_FACTOR: Final = 3  # the sound, encoded, and the film
SAID_CHARACTERS: Final = 300
DISK_FULL_STATUS: Final = 256 - errno.ENOSPC  # ffmpeg exits with the negative error number, of which a byte is left


class Measured(NamedTuple):
    """What ffmpeg counted when it read a file to its end."""

    seconds: float
    frames: int


class Place(NamedTuple):
    """Where a sound lies in its call."""

    begins_seconds: float
    call_seconds: float


def film_make(sound: Path, *, target: Path, place: Place | None = None) -> Measured:
    """Make a film of a call's sound, read it back, and answer what it measures.

    Args:
        sound: Anything that ffmpeg reads.
        place: The film is as long as the call, and silent where there is no sound; None for as long as the sound.
        target: Written whole; what is there after an error is void.

    Raises:
        JobImpossible: There is no sound in the file.
        JobFailed: ffmpeg failed, took too long, or the disk is full.
    """
    _refuse_full_disk(sound, folder=target.parent)
    encoded = target.with_suffix(".m4a")
    source = ["-i", str(sound), "-map", "0:a:0"]
    if _run([*source, "-c", "copy", "-f", "null", "-"], what="open").seconds <= 0:
        raise JobImpossible("recording_empty: no sound in it")
    length = _run([*source, *_placed(place), "-c:a", "aac", "-b:a", "64k", str(encoded)], what="encode")
    repeat = ["-stream_loop", "-1", "-i", str(pictures()), "-i", str(encoded), "-map", "0:v", "-map", "1:a"]
    cut = ["-t", f"{length.seconds:.6f}", "-c", "copy", "-movflags", "+faststart", str(target)]
    _run([*repeat, *cut], what="join")
    return _verify(target, expected=length.seconds)


def _placed(place: Place | None) -> list[str]:
    """Silence before the sound and after it, and nothing beyond the call."""
    if place is None:
        return []
    delay = f"adelay={round(place.begins_seconds * 1000)}:all=1"
    return ["-af", f"{delay},apad", "-t", f"{place.call_seconds:.3f}"]


@cache
def pictures() -> Path:
    """The cached group of pictures, made once by a process; it begins with its only key frame."""
    folder = Path(tempfile.gettempdir()) / "voiceplane-pictures"
    folder.mkdir(exist_ok=True)
    made = folder / f"{WIDTH}x{HEIGHT}-{VIDEO_FRAMES_PER_SECOND}-{PICTURES_SECONDS}.mp4"
    if made.exists():
        return made
    with tempfile.TemporaryDirectory(dir=folder) as mine:
        new = Path(mine) / made.name
        frames = VIDEO_FRAMES_PER_SECOND * PICTURES_SECONDS
        still = f"color=c={COLOUR}:s={WIDTH}x{HEIGHT}:r={VIDEO_FRAMES_PER_SECOND}:d={PICTURES_SECONDS}"
        encode = ["-c:v", "libx264", "-preset", "veryfast", "-tune", "stillimage", "-pix_fmt", "yuv420p"]
        group = ["-bf", "0", "-g", str(frames), "-keyint_min", str(frames), "-sc_threshold", "0"]
        _run(["-f", "lavfi", "-i", still, *encode, *group, str(new)], what="draw")
        new.replace(made)  # another process may have made the same
    return made


def measure(file: Path) -> Measured:
    """Read every packet of a file.

    Raises:
        JobFailed: It is broken.
    """
    return _run(["-xerror", "-i", str(file), "-map", "0", "-c", "copy", "-f", "null", "-"], what="read")


def _verify(film: Path, *, expected: float) -> Measured:
    """Read it to its end, and decode the beginning: what is uploaded plays."""
    found = measure(film)
    _run(["-xerror", "-t", "2", "-i", str(film), "-f", "null", "-"], what="decode")
    frames = round(expected * VIDEO_FRAMES_PER_SECOND)
    if abs(found.seconds - expected) > TOLERANCE_SECONDS or abs(found.frames - frames) > VIDEO_FRAMES_PER_SECOND // 2:
        raise JobFailed(f"film has {found.seconds:.2f} s and {found.frames} frames for {expected:.2f} s of sound")
    return found


def _run(arguments: Sequence[str], *, what: str) -> Measured:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-v", "error", "-y", "-progress", "pipe:1"]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*command, *arguments], stdout=subprocess.PIPE, stderr=said, text=True, start_new_session=True
        )
        try:
            progress, _ = process.communicate(timeout=RUN_SECONDS)
        except subprocess.TimeoutExpired:
            raise JobFailed(f"ffmpeg took more than {RUN_SECONDS} s to {what}") from None
        finally:
            _kill_group(process)
        if process.returncode == DISK_FULL_STATUS:  # and what ffmpeg said of it did not fit either
            raise JobFailed(f"the disk is full: ffmpeg could not {what}; another worker may have more room")
        if process.returncode:
            said.seek(0)
            text = said.read().decode(errors="replace").strip().replace("\n", " ")[-SAID_CHARACTERS:]
            raise JobFailed(f"ffmpeg could not {what} (status {process.returncode}): {text}")
    return _counted(progress)


def _kill_group(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _counted(progress: str) -> Measured:
    """The last values of ffmpeg's progress report; N/A where it counted nothing."""
    values = dict(line.split("=", 1) for line in progress.splitlines() if "=" in line)
    microseconds, frames = values.get("out_time_us", "0").strip(), values.get("frame", "0").strip()
    seconds = int(microseconds) / 1_000_000 if microseconds.lstrip("-").isdigit() else 0.0
    return Measured(seconds=seconds, frames=int(frames) if frames.isdigit() else 0)


def _refuse_full_disk(sound: Path, *, folder: Path) -> None:
    needed, free = sound.stat().st_size * FREE_FACTOR, shutil.disk_usage(folder).free
    if free < needed:
        raise JobFailed(f"disk has {free} bytes free, {needed} are needed; another worker may have more")
