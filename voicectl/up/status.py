"""How a running platform does, for people and for programs; never its keys."""

import json
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from voicectl.up.screen import COLOURS
from voicectl.up.state import Running

WIDTH: Final = 170  # columns in a pipe


def as_lines(running: Running) -> str:
    """Answer it as JSON."""
    return json.dumps(
        {
            "running": {
                **running.model_dump(mode="json"),
                "is_green": running.is_green,
                "transports": running.transports,
            }
        },
        indent=1,
    )


def as_table(running: Running) -> None:
    """Print it."""
    table = Table(box=None, pad_edge=False, expand=True)
    for title in ("process", "status", "pid", "port", "restarts"):
        table.add_column(title, no_wrap=True)
    table.add_column("what", ratio=1)  # a long reason takes more lines, not the other columns' room
    for process in running.processes:
        table.add_row(
            process.name,
            Text(process.status, style=COLOURS[process.status]),
            str(process.pid or ""),
            " ".join(map(str, process.ports)),
            str(process.restarts or ""),
            process.detail or process.meaning,
        )
    console = Console()
    console = console if console.is_terminal else Console(width=WIDTH)
    console.print(table)
    for name, address in running.addresses.model_dump().items():
        if address:
            console.print(f"{name.replace('_', ' ')}: {address}", highlight=False)
