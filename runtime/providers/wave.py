"""WAV files in memory: 16-bit mono out, whatever a caller sends in."""

import io
import wave
from typing import Final

import av
import numpy as np
import numpy.typing as npt

from runtime.providers.errors import BadAudio

WHISPER_RATE: Final = 16000
LONGEST_SECONDS: Final = 120


def wav(pcm: bytes, *, sample_rate: int) -> bytes:
    """Put a header before 16-bit mono PCM."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(pcm)
    return made.getvalue()


def samples(sound: bytes) -> npt.NDArray[np.float32]:
    """Read a sound file of any rate and number of channels, as 16 kHz mono between −1 and 1.

    Raises:
        BadAudio: It is no sound file, has no sound in it, or is longer than two minutes.
    """
    resampler = av.AudioResampler(format="s16", layout="mono", rate=WHISPER_RATE)
    try:
        with av.open(io.BytesIO(sound), mode="r") as file:
            read = [piece.to_ndarray() for frame in file.decode(audio=0) for piece in resampler.resample(frame)]
            read += [piece.to_ndarray() for piece in resampler.resample(None)]
    except (av.FFmpegError, IndexError, ValueError) as broken:
        raise BadAudio(f"{len(sound)} bytes that are no sound file: {type(broken).__name__}; send a WAV") from broken
    heard = np.concatenate([piece.reshape(-1) for piece in read]) if read else np.zeros(0, dtype=np.int16)
    if not WHISPER_RATE // 10 <= heard.size <= LONGEST_SECONDS * WHISPER_RATE:
        raise BadAudio(f"{heard.size / WHISPER_RATE:.2f} s of sound; send 0.1 s to {LONGEST_SECONDS} s")
    return heard.astype(np.float32) / np.float32(32768)
