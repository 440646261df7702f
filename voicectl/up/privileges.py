"""PostgreSQL refuses to run as root; containers and CI are root. Then it runs as `nobody`."""

import os
import pwd
import shutil
from pathlib import Path

from voicectl.up.errors import MachineUnfit

USER = "nobody"


def without_root() -> tuple[str, ...]:
    """Answer what goes before a command so that it is not root's; nothing for other people.

    It keeps root's way past the permissions of folders, because a clone may lie where nobody else may look.

    Raises:
        MachineUnfit: We are root, and there is no `setpriv`.
    """
    if os.geteuid():
        return ()
    setpriv = shutil.which("setpriv")
    if not setpriv:
        raise MachineUnfit("postgres refuses to run as root, and there is no setpriv; run as another user")
    user = pwd.getpwnam(USER)
    capability = "-all,+dac_override"
    return (
        setpriv,
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
        f"--inh-caps={capability}",
        f"--ambient-caps={capability}",
    )


def give(folder: Path) -> None:
    """Make a folder theirs who will run without root."""
    if not os.geteuid():
        user = pwd.getpwnam(USER)
        os.chown(folder, user.pw_uid, user.pw_gid)
