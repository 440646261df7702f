"""One look after the other at the neighbour, every 5 s: protect, publish, and say when it is gone."""

import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Final

import structlog

from contract.environment import GuardianEnv
from contract.metrics import NODE_NOT_READY, PROTECTION_REFUSED
from runtime.kit.errors import ProtectionRefused, Unreachable
from runtime.kit.guardian.neighbours import NEIGHBOURS, Reading, numbers_of
from runtime.kit.metrics import Recorder
from runtime.kit.protection import Protection

ANSWER_SECONDS: Final = 2.0
NOT_READY: Final = 406  # what LiveKit answers while it has lost Redis
log = structlog.get_logger(__name__)


class Guard:
    """The guardian of one neighbour."""

    def __init__(
        self,
        environment: GuardianEnv,
        *,
        protection: Protection,
        recorder: Recorder,
        clock: Callable[[], float],
    ) -> None:
        """Prepare it."""
        self._environment, self._protection = environment, protection
        self._recorder, self._clock = recorder, clock
        self._neighbour = NEIGHBOURS[environment.guarded]()

    def look(self) -> bool:
        """Look once; answer whether the neighbour was there.

        What it does not tell is neither published nor taken for idleness: protection stays as it is.
        """
        try:
            text = _get(self._environment.prometheus_url)
        except Unreachable as silent:
            log.warning("the neighbour does not answer", guarded=self._environment.guarded, error=str(silent))
            for metric in self._neighbour.metrics:
                self._recorder.forget_all(metric)
            return False
        reading = self._neighbour.read(numbers_of(text), now=self._clock())
        for metric, value in reading.values.items():
            self._recorder.set(metric, value)
        self._protect(reading)
        if self._environment.guarded == "livekit":
            self._recorder.set(NODE_NOT_READY, float(_is_not_ready(self._environment.health_url)))
        return True

    def _protect(self, reading: Reading) -> None:
        try:
            if reading.busy:
                self._protection.hold()
            else:
                self._protection.release()
        except ProtectionRefused as refused:
            self._recorder.add(PROTECTION_REFUSED)
            log.error("the task could be stopped", busy=reading.busy, error=str(refused))


def _get(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS) as answer:
            return str(answer.read().decode())
    except (OSError, ValueError) as silent:
        raise Unreachable(f"{url}: {silent}") from silent


def _is_not_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS):
            return False
    except urllib.error.HTTPError as answer:
        return answer.code == NOT_READY
    except OSError:
        return True
