"""What a caller says: text spoken by the local voice, or a WAV file, as 24 kHz 16-bit mono."""

import wave
from pathlib import Path
from typing import Final

import httpx
import numpy as np
from livekit import rtc

from contract.voice_socket import SAMPLE_RATE
from runtime.providers.wave import wav
from voicectl.call.errors import SoundUnusable

LOWEST_RATE: Final = 16_000  # Hz; telephone sound is not recognised well enough to show anything
SILENCE: Final = 100  # of 32,767: no sample is louder
SPEAK_SECONDS: Final = 60.0
CONVERT: Final = "convert it: ffmpeg -i {file} -ar 24000 -ac 1 -sample_fmt s16 other.wav"


def from_file(path: Path) -> bytes:
    """Read a WAV file.

    Raises:
        SoundUnusable: It is no WAV, empty, silent, not 16-bit mono, or below 16 kHz. A torn last sample is none of
            these: a recorder that was stopped in the middle leaves one, and what is before it can be spoken.
    """
    try:
        with wave.open(str(path), "rb") as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            data = file.readframes(file.getnframes())
    except FileNotFoundError:
        raise SoundUnusable(f"{path} does not exist; name a WAV file") from None
    except EOFError:
        raise SoundUnusable(f"{path} cannot be read as WAV: it ends before its sound begins; record it again") from None
    except (wave.Error, OSError) as unreadable:
        raise SoundUnusable(f"{path} cannot be read as WAV: {unreadable}; {_convert(path)}") from None
    if channels != 1 or width != 2:
        raise SoundUnusable(
            f"{path} has {channels} channels of {8 * width} bits; one of 16 is needed; {_convert(path)}"
        )
    if rate < LOWEST_RATE:
        raise SoundUnusable(f"{path} has {rate} samples a second; {LOWEST_RATE} or more are needed; record it again")
    data = data[: len(data) // width * width]
    samples = np.frombuffer(data, dtype="<i2")
    if samples.size == 0:
        raise SoundUnusable(f"{path} has no samples; record it again")
    if int(np.abs(samples.astype(np.int32)).max()) <= SILENCE:
        raise SoundUnusable(f"{path} is silent from start to end; record it again")
    return resampled(data, rate=rate)


def from_text(text: str, *, speech_url: str) -> bytes:
    """Have the local voice speak a line.

    Args:
        speech_url: Of the platform's speech process.

    Raises:
        SoundUnusable: There is nothing to speak, or nobody to speak it.
    """
    if not text.strip():
        raise SoundUnusable("--say is empty; say something")
    request = {"input": text, "model": "local", "voice": "default", "response_format": "pcm"}
    try:
        answer = httpx.post(f"{speech_url}/v1/audio/speech", json=request, timeout=SPEAK_SECONDS)
        answer.raise_for_status()
    except httpx.HTTPError as silent:
        raise SoundUnusable(f"the local voice does not speak: {silent}; look at `voicectl status`") from None
    return answer.content


def recognised(sound: bytes, *, speech_url: str) -> str:
    """Answer the words in 24 kHz 16-bit mono, as the local ear hears them; empty where there is none."""
    if not sound:
        return ""
    upload = {"file": ("heard.wav", wav(sound, sample_rate=SAMPLE_RATE), "audio/wav")}
    try:
        answer = httpx.post(
            f"{speech_url}/v1/audio/transcriptions", files=upload, data={"model": "local"}, timeout=SPEAK_SECONDS
        )
        answer.raise_for_status()
    except httpx.HTTPError:
        return ""
    return str(answer.json()["text"]).strip()


def resampled(data: bytes, *, rate: int) -> bytes:
    """Bring 16-bit mono to the rate of a call."""
    if rate == SAMPLE_RATE:
        return data
    resampler = rtc.AudioResampler(input_rate=rate, output_rate=SAMPLE_RATE, num_channels=1)
    frames = [*resampler.push(bytearray(data)), *resampler.flush()]
    return b"".join(bytes(frame.data.cast("B")) for frame in frames)


def _convert(path: Path) -> str:
    return CONVERT.format(file=path)
