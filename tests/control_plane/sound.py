"""Recordings as an agent leaves them, and as it must not."""

import re
import subprocess
from pathlib import Path

import imageio_ffmpeg


def recording(target: Path, *, seconds: float, tone: bool = True) -> Path:
    """Write an Opus file of two channels, with a tone or with silence."""
    source = f"sine=f=300:d={seconds}:r=48000" if tone else f"anullsrc=r=48000:cl=stereo:d={seconds}"
    _ffmpeg("-f", "lavfi", "-i", source, "-ac", "2", "-c:a", "libopus", str(target))
    return target


def narrow_recording(target: Path, *, seconds: float) -> Path:
    """Write noise of so few bits that the film of it is more than ten times as large."""
    noise = f"anoisesrc=d={seconds}:a=0.02:seed=1"
    _ffmpeg("-f", "lavfi", "-i", noise, "-ac", "1", "-c:a", "libopus", "-b:a", "6k", str(target))
    return target


def wave(target: Path, *, rate: int, channels: int, samples: int) -> Path:
    """Write a WAV file of so many samples, possibly none."""
    _ffmpeg(
        "-f",
        "s16le",
        "-ar",
        str(rate),
        "-ac",
        str(channels),
        "-i",
        "pipe:0",
        str(target),
        fed=bytes(2 * channels * samples),
    )
    return target


def silences(file: Path) -> list[tuple[float, float]]:
    """Answer from when to when nothing is heard, in seconds."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(file), "-af", "silencedetect=d=0.5", "-f", "null", "-"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    starts, ends = (re.findall(rf"silence_{edge}: ([\d.-]+)", said) for edge in ("start", "end"))
    return [(float(start), float(end)) for start, end in zip(starts, ends, strict=True)]


def _ffmpeg(*arguments: str, fed: bytes = b"") -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments]
    subprocess.run(command, input=fed, check=True, capture_output=True)
