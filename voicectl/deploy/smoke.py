"""Does what was deployed answer? Asked from outside, as a caller's page would."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Final

from config.schema import Environment
from contract.services import API_HEALTH_PATH
from voicectl.deploy.errors import SmokeFailed

TRIES: Final = 10
PAUSE_SECONDS: Final = 10.0
ANSWER_SECONDS: Final = 10
MOST_SHOWN: Final = 200  # characters of an answer


def health_url(environment: Environment) -> str:
    """The one URL that says whether the API, the database, live state and the broker work."""
    return f"https://api.{environment.domain.name}{API_HEALTH_PATH}"


def smoke(
    url: str,
    *,
    tries: int,
    pause_seconds: float,
    report: Callable[[str], None],
    pause: Callable[[float], object],
) -> None:
    """Ask until it answers 200.

    Raises:
        SmokeFailed: It never did; says what it answered last.
    """
    said = ""
    for number in range(1, tries + 1):
        code, said = _ask(url)
        report(f"{number}/{tries} {url}: {code or 'no answer'} {said}")
        if code == 200:
            return
        if number < tries:
            pause(pause_seconds)
    raise SmokeFailed(f"{url} did not answer 200 in {tries} tries; the last said: {said}")


def _ask(url: str) -> tuple[int, str]:
    """Answer the status, 0 for none, and what was said."""
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS) as answer:
            return answer.status, _shown(answer.read(MOST_SHOWN * 5))
    except urllib.error.HTTPError as refused:
        return refused.code, _shown(refused.read(MOST_SHOWN * 5))
    except OSError as silent:
        return 0, str(getattr(silent, "reason", silent))


def _shown(body: bytes) -> str:
    """One line: JSON's values, or the text's beginning."""
    try:
        said = json.loads(body)
    except ValueError:
        return body.decode(errors="replace")[:MOST_SHOWN].replace("\n", " ")
    pairs = said.items() if isinstance(said, dict) else ()
    return " ".join(f"{name}={value}" for name, value in pairs)[:MOST_SHOWN]
