"""A process of ours on a free port, ended with the tests that asked for it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

END_SECONDS = 15


@contextmanager
def served(module: str, *arguments: str) -> Iterator[str]:
    """Start `python -m module --port 0 …` and yield its address once it says that it serves."""
    command = [sys.executable, "-m", module, "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.startswith("serving on "), f"{module} ended before it served: {process.wait()}"
            yield said.removeprefix("serving on ").strip()
        finally:
            process.terminate()
            process.wait(END_SECONDS)
