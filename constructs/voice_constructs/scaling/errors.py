"""What can be wrong with a tier's scaling although every key of it is allowed.

ScalingError               anything below; its text names the tier and says what to do
├── TooManyActions         a tier needs more scheduled actions than AWS keeps
└── FloorTooLow            a tier could scale in to so few tasks that it cannot do its work
"""


class ScalingError(Exception):
    """A service cannot be scaled as its environment file says; catch it where a person started synth."""


class TooManyActions(ScalingError):
    """More scheduled actions than AWS keeps for one target; catch it to show which tier has too many holidays."""


class FloorTooLow(ScalingError):
    """A tier may shrink to a number of tasks that it never leaves again; catch it like `ScalingError`."""
