"""One running process: started in a session of its own, listened to, told to stop, and gone with all it started."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Thread
from typing import Final

from voicectl.up import warden
from voicectl.up.log_file import LogFile

DRAIN_SECONDS: Final = 1.0  # for the last lines of a process that is gone


class Child:
    """A process of ours, alive or not.

    Attributes:
        pid: Of its first process, which is its group's id too.
        exited: Set when the first process has ended and its group was killed.
        code: Its exit code; negative for a signal; meaningful once it exited.
    """

    def __init__(self, command: Sequence[str], *, environment: Mapping[str, str], mark: str, log: LogFile) -> None:
        """Start it; call in a running event loop.

        Args:
            mark: `<run>:<name>:`, by which whatever it starts is found again.

        Raises:
            OSError: There is no such program.
        """
        self._loop, self._mark, self._log = asyncio.get_running_loop(), mark, log
        self.exited, self.code = asyncio.Event(), 0
        self._said_all = asyncio.Event()
        self._ear, mouth = os.pipe()
        try:
            self._process = subprocess.Popen(
                command,
                env={**environment, warden.MARK: mark},
                stdin=subprocess.DEVNULL,
                stdout=mouth,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in a terminal reaches us and not them: we stop them in order
            )
        except OSError:
            os.close(self._ear)
            raise
        finally:
            os.close(mouth)
        self.pid = self._process.pid
        os.set_blocking(self._ear, False)
        self._loop.add_reader(self._ear, self._listen)
        Thread(target=self._await_end, name=f"wait-{mark}", daemon=True).start()

    def tell(self, number: signal.Signals) -> None:
        """Send a signal to the first process; the rest of the group is its own business until it ends."""
        if not self.exited.is_set():
            self._process.send_signal(number)

    def kill(self) -> None:
        """End all of it now."""
        if not self.exited.is_set():
            _kill_group(self.pid)

    async def finish(self) -> None:
        """Read the last lines, and leave nothing that it started; call when it exited."""
        await asyncio.to_thread(warden.kill_marked, self._mark)
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._said_all.wait()
        except TimeoutError:
            self._log.note("something still holds its output")
        self._hang_up()

    def _listen(self) -> None:
        said = os.read(self._ear, 65536)
        if said:
            self._log.write(said)
        else:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._ear >= 0:
            self._loop.remove_reader(self._ear)
            os.close(self._ear)
            self._ear = -1
        self._said_all.set()

    def _await_end(self) -> None:
        # Look without collecting it: until then its number, and so its group's, is nobody else's.
        os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        _kill_group(self.pid)
        code = self._process.wait()
        self._loop.call_soon_threadsafe(self._ended, code)

    def _ended(self, code: int) -> None:
        self.code = code
        self.exited.set()


class Warden:
    """The process that outlives us by a moment, see `voicectl.up.warden`; replaced should it die before us."""

    def __init__(self, run: str, *, lock: int) -> None:
        """Start it.

        Args:
            lock: Descriptor of the state folder's lock, which it holds until nothing is left.
        """
        self._run, self._lock, self._groups = run, lock, set[int]()
        self._process = self._start()

    def watch(self, pid: int) -> None:
        """Have it kill this group when we die."""
        self._groups.add(pid)
        self._say(f"+{pid}\n")

    def forget(self, pid: int) -> None:
        """This group is gone: its number may become somebody else's."""
        self._groups.discard(pid)
        self._say(f"-{pid}\n")

    def close(self) -> None:
        """Have it look once more for what is left, and end."""
        self._process.communicate()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(warden.__file__)), self._run],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={},
            pass_fds=[self._lock],
            start_new_session=True,
        )

    def _say(self, line: str) -> None:
        if self._process.poll() is not None:
            with self._process:  # closes our end of its pipe
                self._process = self._start()
            line = "".join(f"+{pid}\n" for pid in self._groups)
        if self._process.stdin:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nothing is left of it; macOS says so with PermissionError
