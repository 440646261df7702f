"""How a process ends in which LiveKit's native client ran: at once, without taking the interpreter down around it."""

import logging
import os
import sys
from typing import NoReturn


def end(code: int) -> NoReturn:
    """End this process with what it has written flushed, and nothing else done; call it last.

    LiveKit's threads call into Python until the process is gone. One that asks for the interpreter's lock while
    Python 3.11 finalises is ended in the middle of Rust code, which aborts: a process that did all its work exits
    with SIGABRT, about once in a hundred times on a busy machine (bpo-42969, which Python 3.14 mends).
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
