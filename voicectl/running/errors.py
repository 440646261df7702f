"""What can go wrong with a platform that runs.

RunningError
├── ProcessUnknown    a name that `voicectl status` does not show, or has no log or process now
├── MetricUnknown     nothing of that name was published
├── NotBack           a process that was begun anew is not ready in time
└── ProviderSilent    the loopback providers do not answer, or know no such provider
"""


class RunningError(Exception):
    """Any of the below: the command prints it and exits with 2."""


class ProcessUnknown(RunningError):
    """Names the processes that there are."""


class MetricUnknown(RunningError):
    """Names those that are alike, or that there are none."""


class NotBack(RunningError):
    """Says how it is, and where its log is."""


class ProviderSilent(RunningError):
    """Says what was asked of whom."""
