"""When a process that died is started again, and when the platform gives up: pure, time is an argument."""

from pydantic import BaseModel, ConfigDict


class RestartPolicy(BaseModel):
    """How patient the supervisor is with one process.

    Attributes:
        first_seconds: Wait before the first restart; each further one doubles it.
        most_seconds: The longest wait.
        quick_seconds: A death before it was ready, or so soon after, is quick.
        quick_deaths: So many in a row stop the platform.
        calm_seconds: Having been ready for so long forgets all earlier deaths.
    """

    model_config = ConfigDict(frozen=True)

    first_seconds: float = 0.5
    most_seconds: float = 30.0
    quick_seconds: float = 10.0
    quick_deaths: int = 3
    calm_seconds: float = 60.0


class Deaths:
    """The deaths of one process."""

    def __init__(self, policy: RestartPolicy) -> None:
        """Begin with none."""
        self._policy = policy
        self._in_a_row = self._quick_in_a_row = self.count = 0

    def add(self, *, ready_at: float | None, now: float) -> float | None:
        """Record one.

        Args:
            ready_at: When it became ready; None when it never did.

        Returns:
            Seconds to wait before the next start; None to give up.
        """
        policy = self._policy
        lived = 0.0 if ready_at is None else now - ready_at
        if lived >= policy.calm_seconds:
            self._in_a_row = 0
        self._quick_in_a_row = self._quick_in_a_row + 1 if lived < policy.quick_seconds else 0
        self._in_a_row += 1
        self.count += 1
        if self._quick_in_a_row >= policy.quick_deaths:
            return None
        wait = policy.first_seconds * 2.0 ** (self._in_a_row - 1)
        return min(wait, policy.most_seconds)
