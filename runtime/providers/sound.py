"""16-bit mono PCM: where speech is in it, and a tone in place of a voice."""

from dataclasses import dataclass
from typing import Final

import numpy as np

LOUD: Final = 330  # root mean square, −40 dBFS: well above a microphone's noise, well below speech
START_SECONDS: Final = 0.1  # so long it must be loud; a click is shorter
GAP_SECONDS: Final = 0.4  # so long it must be quiet; the pause between two words is shorter
LEAD_SECONDS: Final = 0.3  # kept from before it was loud: consonants are quiet
LONGEST_SECONDS: Final = 30.0  # an utterance is cut here, whatever follows
SECONDS_PER_CHARACTER: Final = 0.06  # about 165 words a minute
TONE_HERTZ: Final = 220.0
SYLLABLE_HERTZ: Final = 4.0


@dataclass(frozen=True)
class Utterance:
    """What was said between two silences.

    Attributes:
        start_seconds, end_seconds: When it was loud first and last, from the start of the stream.
        pcm: The sound, with a little of the silence around it.
    """

    start_seconds: float
    end_seconds: float
    pcm: bytes
    sample_rate: int


class Ear:
    """Finds utterances in a stream by its energy, and recognises nothing."""

    def __init__(self, sample_rate: int) -> None:
        """Begin in silence."""
        self._rate = sample_rate
        self._kept = bytearray()
        self._now = 0.0  # seconds of the stream that were heard
        self._began = 0.0
        self._loud = 0.0
        self._quiet = 0.0
        self.is_hearing = False

    def hear(self, pcm: bytes) -> Utterance | None:
        """Take the next piece of the stream; answer an utterance when it has just ended."""
        seconds = len(pcm) / 2 / self._rate
        self._kept += pcm
        self._now += seconds
        if loudness(pcm) >= LOUD:
            self._loud, self._quiet = self._loud + seconds, 0.0
        else:
            self._loud, self._quiet = 0.0, self._quiet + seconds
        if self.is_hearing:
            ended = self._quiet >= GAP_SECONDS or self._seconds_kept >= LONGEST_SECONDS
            return self.finish() if ended else None
        self.is_hearing = self._loud >= START_SECONDS
        self._began = self._now - self._loud
        self._forget_before_speech()
        return None

    def finish(self) -> Utterance | None:
        """End the utterance that is being heard, if one is."""
        if not self.is_hearing:
            return None
        heard = Utterance(self._began, self._now - self._quiet, bytes(self._kept), self._rate)
        self._kept.clear()
        self._loud, self._quiet, self.is_hearing = 0.0, 0.0, False
        return heard

    @property
    def _seconds_kept(self) -> float:
        return len(self._kept) / 2 / self._rate

    def _forget_before_speech(self) -> None:
        most = int((LEAD_SECONDS + self._loud) * self._rate) * 2
        del self._kept[: max(len(self._kept) - most, 0)]


def loudness(pcm: bytes) -> float:
    """Answer the root mean square, 0 to 32768."""
    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(np.float64)
    return float(np.sqrt(np.mean(samples**2))) if samples.size else 0.0


def tone(text: str, *, sample_rate: int) -> bytes:
    """Make what stands for a voice that says a text: always the same, as long as the text would take.

    It swells as syllables do, so that a voice activity detector of energy hears speech.
    """
    seconds = np.arange(int(len(text.strip()) * SECONDS_PER_CHARACTER * sample_rate)) / sample_rate
    swell = 0.55 + 0.45 * np.sin(2 * np.pi * SYLLABLE_HERTZ * seconds)
    return bytes((0.3 * 32767 * swell * np.sin(2 * np.pi * TONE_HERTZ * seconds)).astype("<i2").tobytes())
