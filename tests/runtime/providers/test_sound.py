"""An utterance is what is loud between two silences."""

import pytest

from runtime.providers.sound import Ear, Utterance, loudness, tone

RATE = 16000
FRAME = RATE // 50 * 2  # bytes in 20 ms


def test_an_utterance_ends_after_a_gap() -> None:
    """Not before: the pause between two words is shorter."""
    [utterance] = heard(silence(1) + speech(1) + silence(0.5))

    assert utterance.start_seconds == pytest.approx(1.0, abs=0.05)
    assert utterance.end_seconds == pytest.approx(2.0, abs=0.05)


def test_a_short_pause_does_not_end_it() -> None:
    """One line of a script is one utterance, however it was spoken."""
    assert len(heard(speech(1) + silence(0.3) + speech(1) + silence(0.5))) == 1


def test_a_click_is_no_utterance() -> None:
    """A line would be taken by a mouse."""
    assert heard(silence(1) + speech(0.06) + silence(1)) == []


def test_noise_of_a_microphone_is_no_utterance() -> None:
    """It is never quite silent."""
    noise = b"\x40\x00\xc0\xff" * (RATE // 2)

    assert loudness(noise) == pytest.approx(64)
    assert heard(noise + silence(1)) == []


def test_the_sound_before_and_after_is_kept() -> None:
    """Consonants are quiet, and recognition needs them."""
    [utterance] = heard(silence(2) + speech(1) + silence(0.5))

    assert len(utterance.pcm) / 2 / RATE == pytest.approx(0.3 + 1 + 0.4, abs=0.05)


def test_an_utterance_without_an_end_is_cut() -> None:
    """Music on hold would be kept for ever."""
    [utterance] = heard(speech(31))

    assert len(utterance.pcm) / 2 / RATE == pytest.approx(30, abs=0.05)


@pytest.mark.parametrize("rate", [16000, 24000, 44100])
def test_a_tone_is_as_long_as_its_text(rate: int) -> None:
    """A silent or endless voice would make every latency a lie."""
    assert len(tone("  ten chars ", sample_rate=rate)) == int(9 * 0.06 * rate) * 2


def test_a_text_of_nothing_is_no_sound() -> None:
    """A space is not spoken."""
    assert tone(" ", sample_rate=RATE) == b""
    assert loudness(b"") == 0


def heard(pcm: bytes) -> list[Utterance]:
    """Let an ear hear sound in frames, to the end of the last."""
    ear = Ear(RATE)
    found = [ear.hear(pcm[start : start + FRAME]) for start in range(0, len(pcm), FRAME)]
    return [utterance for utterance in found if utterance]


def speech(seconds: float) -> bytes:
    """Something loud."""
    return tone("x" * 1000, sample_rate=RATE)[: int(seconds * RATE) * 2]


def silence(seconds: float) -> bytes:
    """Nothing."""
    return bytes(int(seconds * RATE) * 2)
