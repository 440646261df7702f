"""The guards of a call: when it ends although nobody hung up. Pure: time comes in, a reason comes out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from contract.session import Reason


@dataclass(frozen=True)
class Limits:
    """How long what may last, in seconds; from `SessionMetadata` and `TimingEnv`."""

    join_seconds: float
    rejoin_seconds: float
    idle_seconds: float
    max_seconds: float


@dataclass
class Guards:
    """What the timers of one call have seen; `now` is a monotonic clock's."""

    limits: Limits
    began: float
    joined: float | None = None
    left: float | None = field(default=None)
    active: float | None = field(default=None)

    def caller_joined(self, now: float) -> None:
        """The caller is there, for the first time or again."""
        self.joined = now if self.joined is None else self.joined
        self.left = None
        self.active = now

    def caller_left(self, now: float) -> None:
        """The caller is gone, perhaps to come back."""
        if self.joined is not None and self.left is None:
            self.left = now

    def heard(self, now: float) -> None:
        """Somebody speaks or thinks: the call is not idle."""
        self.active = now

    def verdict(self, now: float) -> Reason | None:
        """Answer why the call must end at this moment; None when it may go on."""
        if self.joined is None:
            return Reason.NO_SHOW if now - self.began >= self.limits.join_seconds else None
        if now - self.joined >= self.limits.max_seconds:
            return Reason.MAX_DURATION
        if self.left is not None:
            return Reason.NOT_REJOINED if now - self.left >= self.limits.rejoin_seconds else None
        if self.active is not None and now - self.active >= self.limits.idle_seconds:
            return Reason.IDLE
        return None


def has_stop_word(text: str, *, stop_words: Iterable[str]) -> bool:
    """Whether a caller's turn contains one of the words or phrases, whole and in any case."""
    return any(
        re.search(rf"(?<!\w){re.escape(word.strip())}(?!\w)", text, re.IGNORECASE)
        for word in stop_words
        if word.strip()
    )
