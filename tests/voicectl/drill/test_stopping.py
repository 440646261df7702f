"""A terminal that is closed, or a job that is cancelled, does not leave the platform broken."""

import signal
import subprocess
import sys

import psutil
import pytest

from tests.platform.waiting import wait_until
from voicectl.drill.stopping import STOPS

DRILL = """
import signal, sys, threading
from voicectl.drill.laptop.causes.hanging import frozen
from voicectl.drill.stopping import undone_when_stopped

signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell begins what runs in its background
with undone_when_stopped(), frozen(int(sys.argv[1])):
    print("caused", flush=True)
    threading.Event().wait(60)
"""


@pytest.mark.parametrize("number", STOPS)
def test_what_was_caused_is_undone(number: signal.Signals) -> None:
    """The process that hung goes on."""
    with subprocess.Popen(["sleep", "60"]) as hangs:
        command = [sys.executable, "-c", DRILL, str(hangs.pid)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as drill:
            assert drill.stdout is not None
            assert drill.stdout.readline() == "caused\n"
            victim = psutil.Process(hangs.pid)
            wait_until(lambda: victim.status() == psutil.STATUS_STOPPED, what="hanging", seconds=5)
            drill.send_signal(number)
            drill.wait(10)
            assert victim.status() != psutil.STATUS_STOPPED
        hangs.kill()
