"""From one sample rate to another, piece by piece."""

import av
import numpy as np


class RateChange:
    """16-bit mono PCM in, 16-bit mono PCM of another rate out; between two calls a few samples are held back."""

    def __init__(self, source: int, *, target: int) -> None:
        """Begin at the first sample; equal rates change nothing."""
        self._source = source
        self._resampler = None if source == target else av.AudioResampler(format="s16", layout="mono", rate=target)

    def push(self, pcm: bytes) -> bytes:
        """Take the next piece, whole samples only."""
        if self._resampler is None or not pcm:
            return pcm
        frame = av.AudioFrame.from_ndarray(np.frombuffer(pcm, dtype="<i2").reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = self._source
        return _joined(self._resampler.resample(frame))

    def finish(self) -> bytes:
        """Give out what was held back."""
        return _joined(self._resampler.resample(None)) if self._resampler else b""


def _joined(frames: list[av.AudioFrame]) -> bytes:
    return b"".join(frame.to_ndarray().tobytes() for frame in frames)
