"""The platform's processes in the place of ECS's services, each with the one task that runs here."""

from collections.abc import Callable, Iterator

from contract import aws_metrics as aws
from voicectl.up.aws_metrics.cpu import Cpu
from voicectl.up.aws_metrics.here import Here
from voicectl.up.aws_metrics.readings import Reading
from voicectl.up.aws_metrics.wanted import Wanted


class Services:
    """Counts tasks and their CPU.

    Memory is left out: a task here has no limit of its own that it could be full of. Its CPU has none either, so it is
    the share of all of this machine's.
    """

    name = "services"

    def __init__(self, *, here: Here, wanted: Callable[[], Wanted]) -> None:
        """Ask each time which services alarms are about."""
        self._here, self._wanted, self._cpu = here, wanted, Cpu()

    async def look(self) -> list[Reading]:
        """Measure all of them."""
        return [*self._running(), *self._busy()]

    async def close(self) -> None:
        """Nothing is held."""

    def _running(self) -> Iterator[Reading]:
        """As ECS counts: one that hangs still runs."""
        for service in self._wanted().things(aws.SERVICE_RUNNING):
            process = self._here.process(service)
            if process:
                yield Reading(aws.SERVICE_RUNNING, service, 1.0 if process.pid else 0.0)

    def _busy(self) -> Iterator[Reading]:
        for service in self._wanted().things(aws.SERVICE_CPU):
            process = self._here.process(service)
            percent = self._cpu.percent(process.pid) if process and process.pid else None
            if percent is not None:
                yield Reading(aws.SERVICE_CPU, service, percent)
