"""How far a transcript is from what was said."""

import re


def word_error_rate(heard: str, *, said: str) -> float:
    """Answer substitutions, deletions and insertions of words ÷ words said; case and punctuation are nothing."""
    spoken, written = _words(said), _words(heard)
    row = list(range(len(written) + 1))
    for place, word in enumerate(spoken, start=1):
        diagonal, row[0] = row[0], place
        for column, other in enumerate(written, start=1):
            diagonal, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, diagonal + (word != other)),
            )
    return row[-1] / len(spoken)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())
