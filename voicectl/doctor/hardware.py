"""Looks at cores, memory, disks, the clock and the network of the machine itself."""

import os
import platform
import resource
import shutil
import socket
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from voicectl.doctor.finding import Finding, Machine, judge
from voicectl.up.errors import PortTaken
from voicectl.up.livekit_server import cached_binary
from voicectl.up.ports import choose
from voicectl.up.state import State

CORES: Final = 2
MEMORY_GIB: Final = 4.0  # the whole platform with one call takes about 3
STATE_GIB: Final = 2.0
CACHE_GIB: Final = 1.5  # building the LiveKit server takes that for a moment
OPEN_FILES: Final = 1024
GIB: Final = 1024**3


def system(_: Machine) -> Finding:
    """Linux and macOS have what the supervisor is built on."""
    name = f"{platform.system()} {platform.machine()}"
    good = platform.system() == "Linux"
    return judge(
        "system", good, name, fix="Linux is what is tested; on Windows use WSL", is_optional=name[:6] == "Darwin"
    )


def python(_: Machine) -> Finding:
    """Wheels are locked for one version."""
    version = platform.python_version()
    return judge("Python", sys.version_info[:2] == (3, 11), version, fix="install Python 3.11, then `make setup`")


def cores(_: Machine) -> Finding:
    """Setting up one call takes most of a core for a second."""
    count = os.cpu_count() or 1
    return judge("cores", count >= CORES, str(count), fix=f"calls need {CORES}; expect dropped sound", is_optional=True)


def memory(_: Machine) -> Finding:
    """Speech models and a dozen Pythons live in it."""
    free = _available_memory() / GIB
    return judge(
        "memory", free >= MEMORY_GIB, f"{free:.1f} GiB free", fix=f"close something: {MEMORY_GIB:g} GiB are needed"
    )


def disk(machine: Machine) -> Finding:
    """The database, the logs and the recordings on their way."""
    return _space("disk for the state folder", machine.folder, needed=STATE_GIB)


def cache_disk(machine: Machine) -> Finding:
    """The LiveKit server, once."""
    return _space("disk for the cache", cached_binary(machine.variables), needed=CACHE_GIB)


def cache(machine: Machine) -> Finding:
    """Without it every start would build the LiveKit server again."""
    folder = cached_binary(machine.variables).parent
    return judge("cache", _is_writable(folder), str(folder), fix=f"make {folder} writable, or set XDG_CACHE_HOME")


def state(machine: Machine) -> Finding:
    """Keys and data lie in it."""
    fix = f"make {machine.folder} writable, or set VOICEPLANE_STATE"
    return judge("state folder", _is_writable(machine.folder), str(machine.folder), fix=fix)


def temporary(_: Machine) -> Finding:
    """Recordings are assembled there."""
    folder = Path(tempfile.gettempdir())
    return judge("temporary folder", _is_writable(folder), str(folder), fix="make it writable, or set TMPDIR")


def open_files(_: Machine) -> Finding:
    """Sockets and pipes are files."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    fix = f"run `ulimit -n {OPEN_FILES}` before `make up`"
    return judge("open files", limit in (resource.RLIM_INFINITY,) or limit >= OPEN_FILES, str(limit), fix=fix)


def clock(machine: Machine) -> Finding:
    """Tokens are good for ten minutes of the right time."""
    now = datetime.now(UTC)
    newest = max(path.stat().st_mtime for path in (machine.root / "contract").glob("*.py"))
    good = now.timestamp() >= newest
    return judge("clock", good, f"{now:%Y-%m-%d %H:%M} UTC", fix="set it: it is before the files of this clone")


def loopback(_: Machine) -> Finding:
    """Everything listens on 127.0.0.1."""
    try:
        good = socket.gethostbyname("localhost").startswith("127.")
    except OSError:
        good = False
    return judge(
        "localhost", good, "127.0.0.1" if good else "another address", fix="add `127.0.0.1 localhost` to /etc/hosts"
    )


def proxy(machine: Machine) -> Finding:
    """A proxy that is asked for 127.0.0.1 answers for somebody else."""
    proxies = {name for name in machine.variables if name.lower() in ("http_proxy", "https_proxy", "all_proxy")}
    exempt = machine.variables.get("NO_PROXY", machine.variables.get("no_proxy", ""))
    good = not proxies or "127.0.0.1" in exempt or exempt == "*"
    return judge("proxy", good, ", ".join(sorted(proxies)) or "none", fix="add 127.0.0.1,localhost to NO_PROXY")


def ports(machine: Machine) -> Finding:
    """As many as the platform has servers."""
    from voicectl.up.platform import PORTS

    try:
        chosen = choose(PORTS, folder=machine.folder, before=State.read(machine.folder).ports, fixed={})
    except PortTaken as taken:
        return judge("ports", False, str(taken), fix="stop what listens there; `ss -lnt` shows it")
    return judge("ports", True, f"{len(chosen)} are free from {min(chosen.values())}", fix="")


def root(machine: Machine) -> Finding:
    """PostgreSQL refuses to run as root."""
    is_root = not os.geteuid()
    good = not is_root or bool(shutil.which("setpriv", path=machine.variables.get("PATH")))
    return judge("user", good, "root" if is_root else "not root", fix="run as another user: there is no setpriv")


LOOKS: Final = (
    *(system, python, cores, memory, disk, cache_disk, cache, state, temporary),
    *(open_files, clock, loopback, proxy, ports, root),
)


def _space(name: str, folder: Path, *, needed: float) -> Finding:
    free = shutil.disk_usage(_existing(folder)).free / GIB
    return judge(name, free >= needed, f"{free:.1f} GiB free", fix=f"free {needed:g} GiB at {folder}")


def _is_writable(folder: Path) -> bool:
    return os.access(_existing(folder), os.W_OK | os.X_OK)


def _existing(folder: Path) -> Path:
    """The folder itself, or where it would be made."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _available_memory() -> int:
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        lines = dict(line.split(":") for line in meminfo.read_text().splitlines())
        return int(lines["MemAvailable"].split()[0]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
