"""Small processes that are what the supervisor has to live with."""

import sys
import textwrap
from pathlib import Path
from typing import Any

from voicectl.up.probes import TcpProbe
from voicectl.up.process import Process


def process(name: str, source: str, **more: Any) -> Process:
    """A process that runs some Python; it finds its arguments in `sys.argv`."""
    arguments = tuple(str(argument) for argument in more.pop("arguments", ()))
    command = (sys.executable, "-u", "-c", textwrap.dedent(source), *arguments)
    return Process(name=name, command=command, **{"environment": {"PATH": "/usr/bin:/bin"}, **more})


def server(name: str, port: int, diary: Path, **more: Any) -> Process:
    """Listens on a port until SIGTERM, and writes both into a diary that several share."""
    source = """
        import signal, socket, sys
        name, port, diary = sys.argv[1], int(sys.argv[2]), sys.argv[3]
        def write(what):
            with open(diary, "a") as file:
                file.write(f"{name} {what}\\n")
        def end(*_):
            write("ends")
            sys.exit(0)
        signal.signal(signal.SIGTERM, end)
        write("begins")
        print(f"{name} listens on {port}")
        with socket.create_server(("127.0.0.1", port), reuse_port=False):
            while True:
                signal.pause()
    """
    return process(name, source, arguments=(name, port, diary), ready=TcpProbe(port), ports=(port,), **more)


def once(name: str, diary: Path, *, code: int = 0, **more: Any) -> Process:
    """Writes into the diary and ends."""
    source = """
        import sys
        with open(sys.argv[2], "a") as file:
            file.write(f"{sys.argv[1]} runs\\n")
        print("this is why")
        sys.exit(int(sys.argv[3]))
    """
    return process(name, source, arguments=(name, diary, code), once=True, **more)


def stubborn(name: str, **more: Any) -> Process:
    """Hears SIGTERM and goes on."""
    source = """
        import signal
        signal.signal(signal.SIGTERM, lambda *_: print("no"))
        print("here")
        while True:
            signal.pause()
    """
    return process(name, source, **more)


def parent(name: str, **more: Any) -> Process:
    """Has a child in its group and one that left it; both ignore SIGTERM. Prints their numbers."""
    source = """
        import signal, subprocess, sys
        stay = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"
        near = subprocess.Popen([sys.executable, "-c", stay])
        far = subprocess.Popen([sys.executable, "-c", stay], start_new_session=True)
        print("children", near.pid, far.pid)
        signal.pause()
    """
    return process(name, source, **more)
