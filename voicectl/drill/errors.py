"""What can go wrong with a drill.

DrillError
├── NotCaused     the platform is not such that it could go wrong this way
├── NotNoticed    it went wrong, and no alarm went on
└── NotOver       the runbook's actions did not end it
"""


class DrillError(Exception):
    """Any of the below: the command prints it and exits with 2."""


class NotCaused(DrillError):
    """Says what is missing; nothing was changed."""


class NotNoticed(DrillError):
    """Names the alarm and how long was waited."""


class NotOver(DrillError):
    """Names the alarm and the page."""
