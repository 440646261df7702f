"""What can go wrong with a drill.

DrillError
├── NothingMeant          no alarm and no incident is called so
├── WhoUnknown            nobody says who rehearses
├── RehearsalsUnreadable  the record has a mistake
├── AccountSilent         AWS cannot be asked, or refuses
├── LeftOn                an alarm was set on for a drill and could not be set back
├── AnotherUnderWay       somebody rehearses on this platform right now
├── NotCaused             the platform is not such that it could go wrong this way
├── NotNoticed            it went wrong, and no alarm went on
├── NotOver               the runbook's actions did not end it
└── RestoreFailed         a copy could not be made or compared
"""


class DrillError(Exception):
    """Any of the below: the command prints it and exits with 2; with 1 where only one of several was not rehearsed."""


class NothingMeant(DrillError):
    """Names what comes close."""


class WhoUnknown(DrillError):
    """Says how to name oneself."""


class RehearsalsUnreadable(DrillError):
    """Names the file, the line, and what is wrong there."""


class AccountSilent(DrillError):
    """Says what AWS said, and which permission or sign-in is missing."""


class LeftOn(DrillError):
    """Names the alarm and the command that sets it back; catch it to tell people before anything else."""


class AnotherUnderWay(DrillError):
    """Says to come again; nothing was changed."""


class NotCaused(DrillError):
    """Says what is missing; whatever was changed is undone."""


class NotNoticed(DrillError):
    """Names the alarm and how long was waited."""


class NotOver(DrillError):
    """Names the alarm and the page."""


class RestoreFailed(DrillError):
    """Says how far it came; what was made for it is gone."""
