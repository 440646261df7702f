"""Looks at the platform that runs, if one does."""

from typing import Final

from voicectl.doctor.finding import Finding, Machine, Verdict, judge
from voicectl.up.errors import NotRunning, StateUnreadable
from voicectl.up.process import GREEN
from voicectl.up.state import running_platform


def platform(machine: Machine) -> Finding:
    """Every process that should be up."""
    try:
        processes = running_platform(machine.folder).running.processes
    except NotRunning:
        return Finding("platform", Verdict.OPTIONAL, "does not run", "`make up` starts it")
    except StateUnreadable as unreadable:
        return judge("platform", False, str(unreadable), fix="run `voicectl up --fresh`")
    unwell = [process for process in processes if process.status not in GREEN]
    found = f"{len(processes) - len(unwell)} of {len(processes)} processes are well"
    worst = unwell[0] if unwell else None
    fix = f"{worst.name} is {worst.status}: {worst.detail}; its log is {worst.log}" if worst else ""
    return judge("platform", not unwell, found, fix=fix)


LOOKS: Final = (platform,)
