"""Who rehearses: a name for the record."""

from voicectl.drill.errors import WhoUnknown
from voicectl.toolchain import git


def who(given: str) -> str:
    """Answer the name that was given, or else the one that commits are made with.

    Raises:
        WhoUnknown: There is neither.
    """
    name = given.strip() or git("config", "user.name")
    if not name:
        raise WhoUnknown("git has no user.name, and a rehearsal is somebody's; name yourself with --by")
    return name
