"""A WAV that cannot be spoken is refused before anything is sent, with what is wrong and what to do."""

import math
import struct
import wave
from pathlib import Path

import pytest

from contract.voice_socket import SAMPLE_RATE
from voicectl.call.errors import SoundUnusable
from voicectl.call.sound import from_file, from_text


def written(path: Path, *, seconds: float = 0.5, rate: int = 48_000, channels: int = 1, loud: int = 8000) -> Path:
    """A tone, or silence."""
    samples = [int(loud * math.sin(number * 0.05)) for number in range(int(seconds * rate))]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<h", sample) * channels for sample in samples))
    return path


def test_any_good_rate_becomes_the_calls(tmp_path: Path) -> None:
    """A microphone's 48 kHz, for instance."""
    sound = from_file(written(tmp_path / "tone.wav", seconds=0.5))

    assert abs(len(sound) / 2 / SAMPLE_RATE - 0.5) < 0.01


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"seconds": 0}, "has no samples; record it again"),
        ({"rate": 8000}, "has 8000 samples a second; 16000 or more are needed"),
        ({"channels": 2}, "has 2 channels of 16 bits; one of 16 is needed; convert it: ffmpeg"),
        ({"loud": 0}, "is silent from start to end; record it again"),
    ],
)
def test_what_cannot_be_spoken_is_refused(tmp_path: Path, wrong: dict[str, float], said: str) -> None:
    """A call that says nothing is a riddle; a message is not."""
    path = written(tmp_path / "wrong.wav", **wrong)  # type: ignore[arg-type]

    with pytest.raises(SoundUnusable, match=said):
        from_file(path)


def test_a_torn_last_sample_is_not_spoken(tmp_path: Path) -> None:
    """A recorder that was stopped in the middle, or a full disk, leaves half of one: the rest is as good as it was."""
    path = written(tmp_path / "torn.wav", rate=SAMPLE_RATE)
    whole = from_file(path)
    path.write_bytes(path.read_bytes()[:-1])

    assert from_file(path) == whole[:-2]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it ends before its sound begins; record it again"),
        (b"RIFF", "it ends before its sound begins; record it again"),
        (b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0", "it ends before its sound begins; record it again"),
        (b"this is no sound", "file does not start with RIFF id; convert it: ffmpeg"),
    ],
    ids=["empty", "a beginning", "no end of the header", "text"],
)
def test_what_is_no_wav_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    """Whatever its name says; the reason is one that a person can act on."""
    path = tmp_path / "wrong.wav"
    path.write_bytes(content)

    with pytest.raises(SoundUnusable, match=f"cannot be read as WAV: {why}"):
        from_file(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The most common mistake."""
    with pytest.raises(SoundUnusable, match="does not exist; name a WAV file"):
        from_file(tmp_path / "nobody.wav")


def test_nothing_cannot_be_said() -> None:
    """An empty line is a mistake too."""
    with pytest.raises(SoundUnusable, match="say something"):
        from_text("  ", speech_url="http://127.0.0.1:9")


def test_nobody_speaks() -> None:
    """The speech process is not there."""
    with pytest.raises(SoundUnusable, match="voicectl status"):
        from_text("Hello.", speech_url="http://127.0.0.1:9")
