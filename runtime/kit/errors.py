"""What can go wrong in the kit.

KitError
├── ProtectionRefused   the task may be stopped at any time: do not take a new call
└── Unreachable         nothing answered where this process was told to look
"""


class KitError(Exception):
    """Any of the below; nobody catches it as a whole."""


class ProtectionRefused(KitError):
    """ECS answered with a failure, or not at all; catch it to refuse a call that could be cut."""


class Unreachable(KitError):
    """Nothing answered; catch it where work can go on without the answer."""
